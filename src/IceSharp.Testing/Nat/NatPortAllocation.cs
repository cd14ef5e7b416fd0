namespace IceSharp.Testing;

/// <summary>How a NAT chooses the external port of a new mapping (RFC 4787 §4.2.1).</summary>
public enum NatPortAllocation
{
    /// <summary>The internal port if it is free, otherwise the next free one above.</summary>
    Preserving,

    /// <summary>The next free one after the last one given.</summary>
    Sequential,

    /// <summary>A free one drawn from the network's seed.</summary>
    Random,
}
