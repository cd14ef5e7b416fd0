using IceSharp.Protocol.Stun.Credentials;
using IceSharp.Protocol.Stun.Transactions;

namespace IceSharp.Protocol.Nat;

/// <summary>Settings of a <see cref="NatProbeMachine"/>.</summary>
/// <remarks>Immutable and thread safe. A value outside its range throws <see cref="ArgumentOutOfRangeException"/> where it is set.</remarks>
public sealed record NatProbeSettings
{
    /// <summary>The servers, 1 to 8, all of one family. The first that has a second address (OTHER-ADDRESS) serves the tests; of two others at different addresses mapping can partly be told.</summary>
    public required IReadOnlyList<TransportAddress> Servers { get; init; }

    /// <summary>The local address to test from; not the wildcard, because "no NAT" is told by comparing with it.</summary>
    public required IpAddress LocalAddress { get; init; }

    /// <summary>The tests; the default is mapping, filtering and hairpinning.</summary>
    public NatProbeTests Tests { get; init; } = NatProbeTests.Mapping | NatProbeTests.Filtering | NatProbeTests.Hairpinning;

    /// <summary>Retransmission of the requests. "Filtered" is said after the whole schedule without an answer, 39.5 s by default.</summary>
    public StunRetransmissionSettings Retransmission { get; init; } = new();

    /// <summary>User and password for servers that want them; null, the default, makes 401 a permanent failure.</summary>
    public LongTermCredential? Credential { get; init; }

    /// <summary>Text of the SOFTWARE attribute, at most 127 characters; null, the default, leaves it out.</summary>
    public string? Software { get; init; }

    /// <summary>Whether requests carry FINGERPRINT; off by default. Wanted where other traffic on the same ports could not be told apart (RFC 5780 §5).</summary>
    public bool UsesFingerprint { get; init; }

    /// <summary>Time between the starts of two transactions.</summary>
    /// <value>100 ms, the default, to 1 minute: at most ten a second (RFC 5780 §5).</value>
    public TimeSpan TransactionInterval
    {
        get;
        init => field = Check(value, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(1), nameof(TransactionInterval));
    }
    = TimeSpan.FromMilliseconds(100);

    /// <summary>The MTU of the outgoing interface, bytes: the length of PADDING, rounded up to a multiple of 4.</summary>
    /// <value>576 to 65,000; the default is 1500.</value>
    public int MtuBytes
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 576, nameof(MtuBytes));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 65_000, nameof(MtuBytes));
            field = value;
        }
    }
    = 1500;

    /// <summary>The search for the binding lifetime ends here: a longer one is "at least" so long, less the resolution.</summary>
    /// <value>1 s to 1 day; the default is 10 minutes.</value>
    public TimeSpan LongestLifetime
    {
        get;
        init => field = Check(value, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1), nameof(LongestLifetime));
    }
    = TimeSpan.FromMinutes(10);

    /// <summary>How exact the binding lifetime is wanted; each halving costs one more wait.</summary>
    /// <value>1 s to 1 day; the default is 15 s.</value>
    public TimeSpan LifetimeResolution
    {
        get;
        init => field = Check(value, TimeSpan.FromSeconds(1), TimeSpan.FromDays(1), nameof(LifetimeResolution));
    }
    = TimeSpan.FromSeconds(15);

    private static TimeSpan Check(TimeSpan value, TimeSpan least, TimeSpan most, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, least, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, most, name);
        return value;
    }
}
