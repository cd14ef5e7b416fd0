namespace IceSharp.Protocol.Stun.Transactions;

/// <summary>How often and how long a STUN request over UDP is repeated (RFC 8489 §6.2.1).</summary>
public sealed record StunRetransmissionSettings
{
    /// <summary>Initial retransmission timeout; doubles on each repeat.</summary>
    /// <value>50 ms to 60 s; the default is 500 ms.</value>
    public TimeSpan InitialRto { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Rc: most copies of a request.</summary>
    /// <value>1 to 16; the default is 7.</value>
    public int MaxTransmissions { get; init; } = 7;

    /// <summary>Rm: how many times the initial timeout to wait after the last copy.</summary>
    /// <value>1 to 64; the default is 16.</value>
    public int FinalTimeoutFactor { get; init; } = 16;
}
