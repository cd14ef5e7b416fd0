namespace IceSharp.Testing;

/// <summary>What a NAT does with a stream that somebody outside wants to open and that nobody inside asked for (RFC 5382 §4.3).</summary>
public enum NatUnsolicitedTcp
{
    /// <summary>Drops it, so that a simultaneous open can still meet.</summary>
    Drop,

    /// <summary>Answers with a reset, which ends the other side's attempt.</summary>
    Reset,
}
