namespace IceSharp.Testing;

/// <summary>How a NAT chooses the external port of a new mapping (RFC 4787 §4.2.1).</summary>
public enum NatPortAllocation
{
    /// <summary>The internal port if it is free, otherwise the next free one above.</summary>
    Preserving,

    /// <summary>The next free one after the last one given: contiguous as long as nobody else comes in between (RFC 4787 §4.2.3).</summary>
    Sequential,

    /// <summary>A free one drawn from the network's seed.</summary>
    Random,

    /// <summary>
    /// The internal port even when somebody else's mapping has it: who gets what comes in is told by whom they have sent to. Two hosts that use one
    /// port and talk to one peer get each other's datagrams; RFC 4787 forbids it.
    /// </summary>
    Overloading,

    /// <summary>The next free one of a block of ports that belongs to the host, as carrier-grade NATs do (RFC 7422). A host whose block is full gets no more.</summary>
    HostBlock,
}
