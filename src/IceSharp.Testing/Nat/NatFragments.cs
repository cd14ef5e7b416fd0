namespace IceSharp.Testing;

/// <summary>What a NAT does with datagrams that come in fragments (RFC 4787 §11).</summary>
public enum NatFragments
{
    /// <summary>Takes them in any order.</summary>
    AnyOrder,

    /// <summary>Takes them when the first one comes first, which has the ports.</summary>
    InOrder,

    /// <summary>Drops them.</summary>
    None,
}
