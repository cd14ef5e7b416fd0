using IceSharp.Protocol.Stun.Credentials;
using IceSharp.Protocol.Stun.Transactions;

namespace IceSharp.Protocol.Stun.Client;

/// <summary>Settings of a <see cref="StunClientMachine"/>.</summary>
/// <remarks>Immutable and thread safe. A value outside its range throws <see cref="ArgumentOutOfRangeException"/> where it is set.</remarks>
public sealed record StunClientSettings
{
    /// <summary>Retransmission over datagrams; its initial timeout is also the floor of what is learnt from round trips.</summary>
    public StunRetransmissionSettings Retransmission { get; init; } = new();

    /// <summary>Ti: how long a response on a stream is waited for (RFC 8489 §6.2.2).</summary>
    /// <value>More than zero, up to 10 min; the default is 39.5 s.</value>
    public TimeSpan StreamTimeout
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero, nameof(StreamTimeout));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromMinutes(10), nameof(StreamTimeout));
            field = value;
        }
    }
    = TimeSpan.FromSeconds(39.5);

    /// <summary>Most transactions under way at a time over datagrams; more requests wait (RFC 8489 §6.2). Streams have no such limit.</summary>
    /// <value>1 to 1000; the default is 10, the most the RFC recommends.</value>
    public int MaxOutstanding
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(MaxOutstanding));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 1000, nameof(MaxOutstanding));
            field = value;
        }
    }
    = 10;

    /// <summary>How often a request is repeated that the server answered with an error of its own, 500 to 599; each time in a new transaction, after RTO, 2 RTO, 4 RTO, ... (RFC 8489 §6.3.4).</summary>
    /// <value>0 to 4; the default is 0.</value>
    public int ServerErrorRetries
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(ServerErrorRetries));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 4, nameof(ServerErrorRetries));
            field = value;
        }
    }

    /// <summary>Short-term credential; null, the default, for none. Not together with <see cref="LongTermCredential"/>.</summary>
    public ShortTermCredential? ShortTermCredential { get; init; }

    /// <summary>Long-term credential; null, the default, for none.</summary>
    public LongTermCredential? LongTermCredential { get; init; }

    /// <summary>Settings of the long-term mechanism.</summary>
    public LongTermSettings LongTerm { get; init; } = new();

    /// <summary>Whether ALTERNATE-SERVER of an authenticated 300 is followed (RFC 8489 §10); off by default: then 300 is an error like others.</summary>
    public bool FollowAlternateServer { get; init; }

    /// <summary>Text of the SOFTWARE attribute, at most 127 characters; null, the default, leaves it out.</summary>
    public string? Software { get; init; }

    /// <summary>Whether messages carry FINGERPRINT; off by default. Needed where another protocol shares the port (RFC 8489 §7).</summary>
    public bool AddFingerprint { get; init; }

    /// <summary>Whether servers of the RFC 3489 generation are understood, which answer with MAPPED-ADDRESS; off by default.</summary>
    public bool AcceptRfc3489Servers { get; init; }
}
