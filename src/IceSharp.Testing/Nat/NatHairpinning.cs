namespace IceSharp.Testing;

/// <summary>What a NAT does with datagrams from inside that are addressed to one of its own mappings (RFC 4787 §6).</summary>
public enum NatHairpinning
{
    /// <summary>Drops them.</summary>
    None,

    /// <summary>Sends them back inside, with the sender's external address as source.</summary>
    ExternalSource,

    /// <summary>Sends them back inside, with the sender's internal address as source.</summary>
    InternalSource,
}
