namespace IceSharp.Testing;

/// <summary>Which of its external addresses a NAT gives to a host (RFC 4787 §4.1).</summary>
public enum NatPooling
{
    /// <summary>Always the same one to a host: what RFC 4787 recommends.</summary>
    Paired,

    /// <summary>Any one for each mapping, drawn from the network's seed.</summary>
    Arbitrary,
}
