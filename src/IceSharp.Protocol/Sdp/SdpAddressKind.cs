namespace IceSharp.Protocol.Sdp;

/// <summary>What stands in an address field.</summary>
internal enum SdpAddressKind
{
    Malformed,
    Ip,
    DomainName,

    /// <summary>UUID.local.</summary>
    MdnsName,

    /// <summary>Another name that ends in ".local".</summary>
    OtherLocalName,
}
