using System.Net;
using IceSharp.Protocol.Nat;
using IceSharp.Protocol.Stun.Transactions;

namespace IceSharp;

/// <summary>Options of <see cref="NatProbe"/>.</summary>
/// <remarks>Immutable. <see cref="ToString"/> hides the password.</remarks>
public sealed record NatProbeOptions
{
    /// <summary>The tests.</summary>
    /// <value>The default is mapping, filtering and hairpinning: a second or two behind an open NAT, a minute and a half behind one that filters.</value>
    public NatProbeTests Tests { get; init; } = NatProbeTests.Mapping | NatProbeTests.Filtering | NatProbeTests.Hairpinning;

    /// <summary>The local address to test from.</summary>
    /// <value>Null, the default, is the one that the system sends to the first server from.</value>
    public IPAddress? LocalAddress { get; init; }

    /// <summary>Retransmission of the requests. "Filtered" is said after the whole schedule without an answer, 39.5 s by default; shorter schedules are quicker and surer of themselves than they should be.</summary>
    public StunRetransmissionSettings Retransmission { get; init; } = new();

    /// <summary>User of a long-term credential, for servers that want one; null, the default, is none.</summary>
    public string? Username { get; init; }

    /// <summary>Its password.</summary>
    public string? Password { get; init; }

    /// <summary>Text of the SOFTWARE attribute, at most 127 characters; null, the default, leaves it out.</summary>
    public string? Software { get; init; }

    /// <summary>The MTU that the test of fragments exceeds, bytes.</summary>
    /// <value>576 to 65,000; null, the default, is that of the outgoing interface.</value>
    public int? MtuBytes { get; init; }

    /// <summary>The search for the binding lifetime ends here.</summary>
    /// <value>1 s to 1 day; the default is 10 minutes.</value>
    public TimeSpan LongestLifetime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How exact the binding lifetime is wanted.</summary>
    /// <value>1 s to 1 day; the default is 15 s.</value>
    public TimeSpan LifetimeResolution { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Looks up names; null, the default, asks the system's name servers, for <c>_stun-behavior._udp</c> first (RFC 5780 §5.1).</summary>
    public INameResolver? NameResolver { get; init; }

    /// <summary>Hears of each test as it ends, from a thread of the pool; null, the default, is nobody.</summary>
    public IProgress<NatTestRecord>? Progress { get; init; }

    /// <summary>The clock.</summary>
    /// <value>The default is the system's.</value>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The tests, without credentials.</summary>
    public override string ToString() => $"NatProbeOptions({Tests})";
}
