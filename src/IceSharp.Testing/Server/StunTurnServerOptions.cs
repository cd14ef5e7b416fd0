using IceSharp.Protocol;
using IceSharp.Protocol.Agent;

namespace IceSharp.Testing;

/// <summary>What a <see cref="StunTurnServerMachine"/> offers, and to whom.</summary>
/// <remarks>Immutable. Holds passwords, which <see cref="ToString"/> does not show.</remarks>
public sealed record StunTurnServerOptions
{
    /// <summary>Who may use the relay: user names with their passwords.</summary>
    /// <value>The default is nobody. Only keys derived from them stay in the machine (RFC 8656 §6).</value>
    public IReadOnlyDictionary<string, string> Users { get; init; } = new Dictionary<string, string>();

    /// <summary>The realm of the long-term credentials.</summary>
    /// <value>The default is "example.org".</value>
    public string Realm { get; init; } = "example.org";

    /// <summary>Which generation of the long-term mechanism the server speaks.</summary>
    /// <value>The default is <see cref="LongTermMode.Rfc5389"/>, what most servers in the field do.</value>
    public LongTermMode LongTerm { get; init; } = LongTermMode.Rfc5389;

    /// <summary>Whether the server asks clients to hide user names behind USERHASH. Only in <see cref="LongTermMode.Rfc8489"/>.</summary>
    /// <value>The default is false.</value>
    public bool OffersUserAnonymity { get; init; }

    /// <summary>Whether everybody may use the relay without credentials, as on a server provided by a network (RFC 8656 §7.2).</summary>
    /// <value>The default is false.</value>
    public bool IsOpen { get; init; }

    /// <summary>Whether Binding serves NAT behaviour discovery (RFC 5780). The tests need two addresses of one family that listen on the same two ports.</summary>
    /// <value>The default is false: a plain STUN server, which does not know the attributes.</value>
    public bool OffersBehaviorDiscovery { get; init; }

    /// <summary>Whom Binding demands short-term credentials of: user names with their passwords (RFC 8489 §9.1).</summary>
    /// <value>The default, nobody, answers Binding to all, as RFC 8489 §12 wants of a server that stands alone.</value>
    public IReadOnlyDictionary<string, string> ShortTermUsers { get; init; } = new Dictionary<string, string>();

    /// <summary>Where authenticated Allocate and Binding requests are sent instead, with 300 (RFC 8489 §10).</summary>
    /// <value>The default, empty, serves them here. Addresses of the client's own family come first in the response.</value>
    public IReadOnlyList<TransportAddress> AlternateServers { get; init; } = [];

    /// <summary>Whether Binding requests of RFC 3489, which have no magic cookie, are answered (RFC 5389 §12.2).</summary>
    /// <value>The default is false: they are dropped.</value>
    public bool AnswersRfc3489 { get; init; }

    /// <summary>Whether the server is one from before RFC 6156 and RFC 8656: it does not know families, and knows channels up to 0x7FFE.</summary>
    /// <value>The default is false.</value>
    public bool IsRfc5766 { get; init; }

    /// <summary>Whether UDP is relayed; if not, Allocate for it gets 403 (RFC 6062 §5.1).</summary>
    /// <value>The default is true.</value>
    public bool RelaysUdp { get; init; } = true;

    /// <summary>Whether TCP is relayed (RFC 6062), for clients that come over TCP or TLS; if not, Allocate for it gets 442.</summary>
    /// <value>The default is true.</value>
    public bool RelaysTcp { get; init; } = true;

    /// <summary>Families that nobody gets a relayed address of: 440, or ADDRESS-ERROR-CODE where both were asked for.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<IpFamily> RefusedFamilies { get; init; } = [];

    /// <summary>What clients get that want to move (RFC 8016).</summary>
    /// <value>The default is <see cref="ServerMobility.Offered"/>.</value>
    public ServerMobility Mobility { get; init; }

    /// <summary>The name under which authorization servers know this one; with it the server takes access tokens, and offers that in challenges (RFC 7635).</summary>
    /// <value>Null, the default, takes none.</value>
    public string? TokenServerName { get; init; }

    /// <summary>The keys that this server shares with authorization servers, by kid: 16 bytes for AES-128-GCM, 32 for AES-256-GCM.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyDictionary<string, byte[]> TokenKeys { get; init; } = new Dictionary<string, byte[]>();

    /// <summary>What time it is at <see cref="MonotonicTime.Zero"/>, for the timestamps of tokens.</summary>
    /// <value>The default is 1970-01-01; <see cref="LoopbackStunTurnServer"/> takes the time of its start where it is that.</value>
    public DateTimeOffset ClockOrigin { get; init; } = DateTimeOffset.UnixEpoch;

    /// <summary>SOFTWARE in every response; null leaves it out.</summary>
    /// <value>Shorter than 128 characters; the default is "IceSharp.Testing".</value>
    public string? Software { get; init; } = "IceSharp.Testing";

    /// <summary>Addresses to relay from, best first.</summary>
    /// <value>The default, empty, relays from the address that a client reached the server on and, for the other family, from the first listener of that family.</value>
    public IReadOnlyList<IpAddress> RelayAddresses { get; init; } = [];

    /// <summary>Ports of relayed transport addresses.</summary>
    /// <value>The default is 49152 to 65535 (RFC 8656 §7.2); the order in which they are given out is random.</value>
    public PortRange RelayPorts { get; init; } = new(49152, 65535);

    /// <summary>Lifetime of an allocation for which the client asked none or less.</summary>
    /// <value>Longer than zero; the default is 600 s (RFC 8656 §7.2).</value>
    public TimeSpan DefaultLifetime { get; init; } = TimeSpan.FromSeconds(600);

    /// <summary>Longest lifetime that a client can ask for.</summary>
    /// <value>The default is 3600 s (RFC 8656 §7.2).</value>
    public TimeSpan MaximumLifetime { get; init; } = TimeSpan.FromSeconds(3600);

    /// <summary>How long a nonce is good for.</summary>
    /// <value>The default is 3600 s (RFC 8656 §5).</value>
    public TimeSpan NonceLifetime { get; init; } = TimeSpan.FromSeconds(3600);

    /// <summary>How long responses are kept for retransmitted requests; zero keeps none.</summary>
    /// <value>The default is 40 s (RFC 8489 §6.3.1).</value>
    public TimeSpan ResponseMemory { get; init; } = TimeSpan.FromSeconds(40);

    /// <summary>Allocations that one user may have at a time; more get 486.</summary>
    /// <value>The default is 100.</value>
    public int MaxAllocationsPerUser { get; init; } = 100;

    /// <summary>Permissions, and also channels, that one allocation may have at a time; more get 508.</summary>
    /// <value>The default is 256.</value>
    public int MaxPermissionsPerAllocation { get; init; } = 256;

    /// <summary>Bytes of application data that one allocation may relay in a second, both ways together; more are dropped (RFC 8656 §5).</summary>
    /// <value>Null, the default, is no bound.</value>
    public int? MaxBytesPerSecond { get; init; }

    /// <summary>Peers that nobody may reach through the relay: requests get 403, data is dropped (RFC 8656 §21.2).</summary>
    /// <value>Null, the default, forbids none but Teredo and 6to4 addresses (RFC 8656 §21.4).</value>
    public Func<IpAddress, bool>? IsForbiddenPeer { get; init; }

    /// <summary>Realm and number of users, without secrets.</summary>
    public override string ToString() => $"StunTurnServerOptions(realm {Realm}, {Users.Count} users, {LongTerm})";
}
