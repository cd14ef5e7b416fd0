using IceSharp.Protocol.Stun.Transactions;

namespace IceSharp.Protocol.Agent;

/// <summary>Settings of an <see cref="IceAgentMachine"/>, validated by its constructor.</summary>
public sealed record IceAgentMachineOptions
{
    /// <summary>The first role; the default, <see cref="IceRole.Undecided"/>, makes the agent that describes itself first the controlling one (RFC 8445 §6.1.1).</summary>
    public IceRole Role { get; init; }

    /// <summary>Servers to gather from; the default is none.</summary>
    public IReadOnlyList<IceServerSettings> Servers { get; init; } = [];

    /// <summary>Which kinds of candidates are gathered and shown; the default is all.</summary>
    public IceTransportPolicy TransportPolicy { get; init; }

    /// <summary>How much of the network is used and shown (RFC 8828); the default is <see cref="IceIPHandling.AllInterfaces"/>, mode 1.</summary>
    public IceIPHandling IPHandling { get; init; }

    /// <summary>Whether the application's own traffic goes through a proxy: what <see cref="IceIPHandling.ForceProxy"/> asks. The default is false.</summary>
    public bool HasProxy { get; init; }

    /// <summary>Destinations whose routes give the local addresses where <see cref="IPHandling"/> follows the default route; no packet is sent to them. The default is one well-known address of each family; the address of the application's own server is the best choice (RFC 8828 §6.2).</summary>
    public IReadOnlyList<IpAddress> RouteDestinations { get; init; } = [IpAddress.FromIPv4(0xC6290004), IpAddress.FromIPv6(new UInt128(0x2001_0503_BA3E_0000, 0x0000_0000_0002_0030))];

    /// <summary>Whether loopback addresses become candidates, for tests and demonstrations on one machine; off by default (RFC 8445 §5.1.1.1 forbids them).</summary>
    public bool AllowLoopback { get; init; }

    /// <summary>Whether IPv4-mapped IPv6 addresses become candidates: for applications that speak IPv6 only; off by default (RFC 8445 §5.1.1.1).</summary>
    public bool AllowIPv4Mapped { get; init; }

    /// <summary>Decides which local addresses are used; null uses all. Called on the thread that runs the machine.</summary>
    public Func<LocalInterfaceAddress, bool>? AddressFilter { get; init; }

    /// <summary>Type preferences of local candidates; the default is what RFC 8445 §5.1.2.2 recommends.</summary>
    public IceTypePreferences TypePreferences { get; init; } = IceTypePreferences.Recommended;

    /// <summary>Static 1:1 translations of local addresses, the first that applies counts; the default is none.</summary>
    public IReadOnlyList<IceAddressRewrite> AddressRewrites { get; init; } = [];

    /// <summary>Local ports for host candidates; the default lets the system choose.</summary>
    public PortRange Ports { get; init; }

    /// <summary>Proposed Ta, the time between two new transactions: 5 ms to 10 s, default 50 ms. The larger proposal of the two agents is used (RFC 8445 §14.2).</summary>
    public TimeSpan Pacing { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Which datagrams of the peer are application data; the default takes any first byte.</summary>
    public IceDemultiplexing Demultiplexing { get; init; }

    /// <summary>What an offer is answered with whose default destination is none of its candidates; the default takes that destination as one more candidate.</summary>
    public IceMismatchHandling MismatchHandling { get; init; }

    /// <summary>Most candidate pairs over all checklists: 1 to 1000, default 100 (RFC 8445 §6.1.2.5).</summary>
    public int MaxCandidatePairs { get; init; } = 100;

    /// <summary>Most remote candidates kept for a stream, learnt ones included: 1 to 1000, default 64 (RFC 8445 §19.5.1).</summary>
    public int MaxRemoteCandidates { get; init; } = 64;

    /// <summary>How the first retransmission timeout of checks is computed; the default is <see cref="CheckRtoRule.Linear"/>.</summary>
    public CheckRtoRule CheckRto { get; init; }

    /// <summary>Whether this is a lite agent (RFC 8445 §2.5): host candidates only, one an address family, and no checks of its own; for hosts on the public internet. Off by default.</summary>
    public bool IsLite { get; init; }

    /// <summary>Whether <see cref="IceAgentMachine.HandleIcmpError"/> may end checks; on by default.</summary>
    public bool UseIcmpErrors { get; init; } = true;

    /// <summary>Decides which candidates of the peer are used; null uses all that are sound. Called on the thread that runs the machine.</summary>
    public Func<IceCandidate, bool>? RemoteCandidateFilter { get; init; }

    /// <summary>Decides when this agent nominates, and which nominations of the peer it takes; the default is <see cref="EvidenceNomination"/>.</summary>
    public IceNominationPolicy Nomination { get; init; } = new EvidenceNomination();

    /// <summary>Whether the agent announces the option <c>renomination</c>; off by default. With a peer that does too, the first valid pair is nominated at once and a better one later, without a restart (draft-thatcher-ice-renomination).</summary>
    public bool Renomination { get; init; }

    /// <summary>Tr: a pair that carries data gets a keepalive after this much silence; at least 15 s, the default (RFC 8445 §11).</summary>
    public TimeSpan KeepaliveInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Whether the pair in use has to prove again and again that the peer wants its data (RFC 7675): a request every 4 to 6 s, and nothing is sent any more 30 s after the last answer. On by default; otherwise Binding indications keep the pair alive.</summary>
    public bool ConsentFreshness { get; init; } = true;

    /// <summary>Whether sockets and allocations that no selected pair uses are given back 3 s after a stream has concluded (RFC 8445 §8.3); on by default. A restart opens new ones.</summary>
    public bool FreesUnusedCandidates { get; init; } = true;

    /// <summary>After this time gathering ends without the servers that have not answered yet; 100 ms to 10 min, default 10 s.</summary>
    public TimeSpan GatheringTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long gathering waits for one address of a server, from the first packet on; 100 ms to 10 min, default 7.5 s: the time at which the fifth copy of a request would leave.</summary>
    public TimeSpan ServerTimeout { get; init; } = TimeSpan.FromSeconds(7.5);

    /// <summary>How long closing waits for TURN servers to confirm the release of allocations; 0 to 40 s, default 1 s.</summary>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long an agent without a working pair waits for the peer's checks before it gives up (RFC 8863); default 39.5 s, the time a check takes to fail.</summary>
    public TimeSpan PatienceTimeout { get; init; } = TimeSpan.FromSeconds(39.5);

    /// <summary>Retransmission of STUN requests.</summary>
    public StunRetransmissionSettings Retransmission { get; init; } = new();

    /// <summary>Text of the SOFTWARE attribute in requests to servers; null leaves it out. Never in connectivity checks.</summary>
    public string? Software { get; init; }

    /// <summary>Told all inputs and outputs, for a recording or for watching; it sees passwords. The default, null, costs nothing.</summary>
    public IAgentJournal? Journal { get; init; }
}
