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

    /// <summary>Peers that nobody may reach through the relay: requests get 403, data is dropped (RFC 8656 §21.2).</summary>
    /// <value>Null, the default, forbids none but Teredo and 6to4 addresses (RFC 8656 §21.4).</value>
    public Func<IpAddress, bool>? IsForbiddenPeer { get; init; }

    /// <summary>Realm and number of users, without secrets.</summary>
    public override string ToString() => $"StunTurnServerOptions(realm {Realm}, {Users.Count} users, {LongTerm})";
}
