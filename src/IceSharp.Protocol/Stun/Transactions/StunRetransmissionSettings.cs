namespace IceSharp.Protocol.Stun.Transactions;

/// <summary>How often and how long a STUN request over UDP is repeated (RFC 8489 §6.2.1).</summary>
/// <remarks>Immutable and thread safe. A value outside its range throws <see cref="ArgumentOutOfRangeException"/> where it is set.</remarks>
public sealed record StunRetransmissionSettings
{
    /// <summary>Initial retransmission timeout; doubles on each repeat.</summary>
    /// <value>50 ms to 60 s; the default is 500 ms.</value>
    public TimeSpan InitialRto
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.FromMilliseconds(50), nameof(InitialRto));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromSeconds(60), nameof(InitialRto));
            field = value;
        }
    }
    = TimeSpan.FromMilliseconds(500);

    /// <summary>Rc: most copies of a request.</summary>
    /// <value>1 to 16; the default is 7.</value>
    public int MaxTransmissions
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(MaxTransmissions));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 16, nameof(MaxTransmissions));
            field = value;
        }
    }
    = 7;

    /// <summary>Rm: how many times the initial timeout to wait after the last copy.</summary>
    /// <value>1 to 64; the default is 16.</value>
    public int FinalTimeoutFactor
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(FinalTimeoutFactor));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 64, nameof(FinalTimeoutFactor));
            field = value;
        }
    }
    = 16;
}
