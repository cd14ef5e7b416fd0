using System.Diagnostics.CodeAnalysis;
using System.Diagnostics.Metrics;
using IceSharp.Internal.Driver;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.Protocol.Stun.Transactions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace IceSharp;

/// <summary>Settings of an <see cref="IceAgent"/>, validated once, by its constructor.</summary>
/// <remarks>Immutable and thread safe; may be shared by agents.</remarks>
public sealed record IceAgentOptions
{
    /// <summary>STUN and TURN servers to gather from.</summary>
    /// <value>The default is none: host candidates only.</value>
    public IReadOnlyList<IceServer> Servers { get; init; } = [];

    /// <summary>The first role.</summary>
    /// <value>The default, <see cref="IceRole.Undecided"/>, makes the agent that describes itself first the controlling one (RFC 8445 §6.1.1).</value>
    public IceRole Role { get; init; }

    /// <summary>Which kinds of candidates are gathered and shown.</summary>
    /// <value>The default is <see cref="IceTransportPolicy.All"/>.</value>
    public IceTransportPolicy TransportPolicy { get; init; }

    /// <summary>How much of the network is used and shown (RFC 8828).</summary>
    /// <value>The default is <see cref="IceIPHandling.AllInterfaces"/>, mode 1: ask your user, or take <see cref="IceIPHandling.DefaultRoute"/>.</value>
    public IceIPHandling IPHandling { get; init; }

    /// <summary>Destinations whose routes give the local addresses where <see cref="IPHandling"/> follows the default route. No packet is sent to them.</summary>
    /// <value>The default, null, is one well-known address of each family. The address of your own signalling server is the best choice (RFC 8828 §6.2).</value>
    public IReadOnlyList<IpAddress>? RouteDestinations { get; init; }

    /// <summary>Whether loopback addresses become candidates, for tests and demonstrations on one machine (RFC 8445 §5.1.1.1 forbids it otherwise).</summary>
    /// <value>The default is false.</value>
    public bool AllowLoopback { get; init; }

    /// <summary>Whether IPv4-mapped IPv6 addresses become candidates, for applications that speak IPv6 only (RFC 8445 §5.1.1.1).</summary>
    /// <value>The default is false.</value>
    public bool AllowIPv4Mapped { get; init; }

    /// <summary>Decides by name which interfaces are used. Called on the loop's thread: it must not block and must not throw.</summary>
    /// <value>The default, null, uses all.</value>
    public Func<string, bool>? InterfaceFilter { get; init; }

    /// <summary>Decides which local addresses are used. Called on the loop's thread: it must not block and must not throw.</summary>
    /// <value>The default, null, uses all.</value>
    public Func<LocalInterfaceAddress, bool>? AddressFilter { get; init; }

    /// <summary>Says how dear or unreliable an address's interface is, 0 to 999; dearer ones come last in local preferences (RFC 8421 §3). Must be thread safe, must not block and must not throw.</summary>
    /// <value>The default, null, goes by the kind of interface as far as the system tells it (<see cref="LocalInterfaceAddress.Cost"/>).</value>
    public Func<LocalInterfaceAddress, int>? InterfaceCost { get; init; }

    /// <summary>Type preferences in the priorities of local candidates (RFC 8445 §5.1.2.1).</summary>
    /// <value>The default is <see cref="IceTypePreferences.Recommended"/>; <see cref="IceTypePreferences.RelayFirst"/> sends everything through the relay that can go there.</value>
    public IceTypePreferences TypePreferences { get; init; } = IceTypePreferences.Recommended;

    /// <summary>Static 1:1 translations of local addresses, for clouds and containers; the first that applies counts.</summary>
    /// <value>The default is none.</value>
    public IReadOnlyList<IceAddressRewrite> AddressRewrites { get; init; } = [];

    /// <summary>Finds servers by name: SRV records first, then addresses (RFC 8489 §8, RFC 5928).</summary>
    /// <value>The default, null, is the system's name servers and, with a <see cref="Network"/> of your own, that network's addresses alone.</value>
    public INameResolver? NameResolver { get; init; }

    /// <summary>Local ports of host candidates, both ends included.</summary>
    /// <value>The default lets the system choose. One port an address, stream and component is needed.</value>
    public PortRange Ports { get; init; }

    /// <summary>Proposed Ta, the time between two new STUN transactions. The larger proposal of the two agents is used (RFC 8445 §14.2).</summary>
    /// <value>5 ms to 10 s; the default is 50 ms.</value>
    public TimeSpan Pacing { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>Whether the agent shares the limit of one new transaction each 5 ms with the other agents of the process (RFC 8445 §14.2).</summary>
    /// <value>The default is true. False gives the agent a limit of its own: for tests, and where many agents of one process reach different networks.</value>
    public bool SharePacing { get; init; } = true;

    /// <summary>Which datagrams of the peer are application data.</summary>
    /// <value>The default, <see cref="IceDemultiplexing.AnyFirstByte"/>, takes any; <see cref="IceDemultiplexing.Rfc7983"/> is for WebRTC, where STUN, DTLS and RTP share the port.</value>
    public IceDemultiplexing Demultiplexing { get; init; }

    /// <summary>What an offer is answered with whose default destination is none of its candidates, as middleboxes that rewrite SDP leave it (RFC 8839 §4.2.5).</summary>
    /// <value>The default, <see cref="IceMismatchHandling.AddCandidate"/>, takes that destination as one more candidate.</value>
    public IceMismatchHandling MismatchHandling { get; init; }

    /// <summary>Most candidate pairs over all checklists (RFC 8445 §6.1.2.5).</summary>
    /// <value>1 to 1000; the default is 100.</value>
    public int MaxCandidatePairs { get; init; } = 100;

    /// <summary>Most remote candidates of a stream, learnt ones included (RFC 8445 §19.5.1).</summary>
    /// <value>1 to 1000; the default is 64.</value>
    public int MaxRemoteCandidates { get; init; } = 64;

    /// <summary>Whether this is a lite agent (RFC 8445 §2.5): host candidates only, one an address family, and no checks of its own; for hosts on the public internet.</summary>
    /// <value>The default is false. True goes with neither <see cref="Servers"/> nor a <see cref="TransportPolicy"/> of relays.</value>
    public bool IsLite { get; init; }

    /// <summary>How the first retransmission timeout of checks is computed (RFC 8445 §14.3).</summary>
    /// <value>The default is <see cref="CheckRtoRule.Linear"/>.</value>
    public CheckRtoRule CheckRto { get; init; }

    /// <summary>Decides which candidates of the peer are used. Called on the thread of the agent's loop.</summary>
    /// <value>The default, null, uses all that are sound.</value>
    public Func<IceCandidate, bool>? RemoteCandidateFilter { get; init; }

    /// <summary>Decides when this agent nominates, and which nominations of the peer it takes.</summary>
    /// <value>The default is an <see cref="EvidenceNomination"/>.</value>
    public IceNominationPolicy Nomination { get; init; } = new EvidenceNomination();

    /// <summary>Whether the agent announces <c>renomination</c>: with a peer that does too, the first valid pair is nominated at once and a better one later, without a restart (draft-thatcher-ice-renomination).</summary>
    /// <value>The default is false.</value>
    public bool Renomination { get; init; }

    /// <summary>Tr: a pair in use gets a keepalive after this much silence (RFC 8445 §11).</summary>
    /// <value>At least 15 s, which is the default.</value>
    public TimeSpan KeepaliveInterval { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Whether the pair in use has to prove again and again that the peer wants its data (RFC 7675): a request every 4 to 6 s, and sending ends 30 s after the last answer.</summary>
    /// <value>The default is true. False keeps pairs alive with Binding indications, and sends on when the peer is gone: for peers that answer no checks after the start.</value>
    public bool ConsentFreshness { get; init; } = true;

    /// <summary>Whether sockets and allocations that no selected pair uses are given back 3 s after a stream has concluded (RFC 8445 §8.3). An ICE restart opens new ones; the next answer to a forked offer does not.</summary>
    /// <value>The default is true.</value>
    public bool FreesUnusedCandidates { get; init; } = true;

    /// <summary>After this time gathering ends without the servers that have not answered.</summary>
    /// <value>100 ms to 10 min; the default is 10 s.</value>
    public TimeSpan GatheringTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long gathering waits for one address of a server, from the first packet on; a server with several addresses has the next one asked after 1.5 s of silence.</summary>
    /// <value>100 ms to 10 min; the default is 7.5 s, the time at which the fifth copy of a request would leave.</value>
    public TimeSpan ServerTimeout { get; init; } = TimeSpan.FromSeconds(7.5);

    /// <summary>How long closing waits for TURN servers to confirm the release of allocations.</summary>
    /// <value>0 to 40 s; the default is 1 s.</value>
    public TimeSpan CloseTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long an agent without a working pair waits for the peer before it gives up (RFC 8863).</summary>
    /// <value>The default is 39.5 s, the time a check takes to fail.</value>
    public TimeSpan PatienceTimeout { get; init; } = TimeSpan.FromSeconds(39.5);

    /// <summary>Retransmission of STUN requests.</summary>
    /// <value>The default is RFC 8489's: 500 ms, 7 copies.</value>
    public StunRetransmissionSettings Retransmission { get; init; } = new();

    /// <summary>Text of the SOFTWARE attribute in requests to servers; never in connectivity checks.</summary>
    /// <value>The default, null, leaves it out.</value>
    public string? Software { get; init; }

    /// <summary>Datagrams that wait for <see cref="IceConnection.ReceiveAsync"/>, per component; the oldest gives way and is counted.</summary>
    /// <value>1 to 65,536; the default is 256.</value>
    public int ReceiveQueueCapacity { get; init; } = 256;

    /// <summary>Receive buffer asked of the operating system for each socket, in bytes; the system may grant less.</summary>
    /// <value>0 (the system's default) to 64 MiB; the default is 512 KiB, a burst of about 350 full-size datagrams.</value>
    public int SocketReceiveBufferBytes { get; init; } = 512 * 1024;

    /// <summary>Send buffer asked of the operating system for each socket, in bytes; the system may grant less.</summary>
    /// <value>0 (the system's default) to 64 MiB; the default is 256 KiB.</value>
    public int SocketSendBufferBytes { get; init; } = 256 * 1024;

    /// <summary>Whether sockets are read by the framework's calls even where faster system calls are known (Linux).</summary>
    /// <value>The default is false.</value>
    public bool UsePortableSockets { get; init; }

    /// <summary>Where the agent logs. Addresses and username fragments appear at Debug and below, secrets never.</summary>
    /// <value>The default logs nothing.</value>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Where the agent's meter "IceSharp" comes from; docs/guide/observability.md lists its instruments.</summary>
    /// <value>The default, null, takes a meter that all such agents of the process share.</value>
    public IMeterFactory? MeterFactory { get; init; }

    /// <summary>The clock of the agent.</summary>
    /// <value>The default is <see cref="TimeProvider.System"/>.</value>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>How TURN servers prove who they are over TLS (<c>turns:</c>).</summary>
    public IceTlsOptions Tls { get; init; } = new();

    /// <summary>The HTTP proxy that TCP and TLS to TURN servers go through.</summary>
    /// <value>The default, null, is none.</value>
    public IceHttpProxy? Proxy { get; init; }

    /// <summary>The network under the agent.</summary>
    /// <value>The default, null, is the operating system's.</value>
    public IIceNetwork? Network { get; init; }

    /// <summary>What runs the agent's work.</summary>
    /// <value>The default, null, shares a few threads, at most one a core, among all agents of the process.</value>
    public IIceLoopExecutor? LoopExecutor { get; init; }

    /// <summary>Source of credentials, tie-breaker and transaction IDs. Whoever can predict it can hijack the session: for simulations only.</summary>
    /// <value>The default, null, is the cryptographic generator. Used on the thread of one loop.</value>
    public IRandomSource? RandomSource { get; init; }

    /// <summary>Told all that goes into the agent's machine and comes out of it, for a recording that replays. It sees passwords and payload.</summary>
    /// <value>The default, null, costs nothing. Called on the loop's thread: it must not block and must not throw.</value>
    [Experimental("ICE0001")]
    public IAgentJournal? Journal { get; init; }

    /// <summary>Where calls go on that wait for the loop: see <see cref="AgentSession.Continuations"/>.</summary>
    internal TaskCreationOptions Continuations => LoopExecutor is null ? TaskCreationOptions.RunContinuationsAsynchronously : TaskCreationOptions.None;

    /// <summary>The machine's settings; checks what is the shell's own.</summary>
    /// <exception cref="ArgumentException">An option lies outside its range.</exception>
    internal IceAgentMachineOptions ToMachineOptions()
    {
        ArgumentNullException.ThrowIfNull(Servers);
        ArgumentNullException.ThrowIfNull(Retransmission);
        ArgumentNullException.ThrowIfNull(Tls);
        ArgumentNullException.ThrowIfNull(TypePreferences);
        ArgumentNullException.ThrowIfNull(AddressRewrites);
        ArgumentNullException.ThrowIfNull(Nomination);
        ArgumentNullException.ThrowIfNull(LoggerFactory);
        ArgumentNullException.ThrowIfNull(TimeProvider);
        RequireRange(ReceiveQueueCapacity, 1, 65_536, nameof(ReceiveQueueCapacity));
        RequireRange(SocketReceiveBufferBytes, 0, 64 << 20, nameof(SocketReceiveBufferBytes));
        RequireRange(SocketSendBufferBytes, 0, 64 << 20, nameof(SocketSendBufferBytes));
        if (!Ports.IsAny && (Ports.First == 0 || Ports.Last < Ports.First))
        {
            throw new ArgumentOutOfRangeException(nameof(Ports), Ports, "A port range starts at 1 or above and does not end before its start.");
        }

        if (LoopExecutor is not null && Network is null)
        {
            throw new ArgumentException($"{nameof(LoopExecutor)} needs a {nameof(Network)} whose sockets announce their datagrams; the operating system's do not.", nameof(LoopExecutor));
        }

        var defaults = new IceAgentMachineOptions();
        return new IceAgentMachineOptions
        {
            Role = Role,
            Servers = [.. Servers.Select(s => s.ToSettings(Tls.VerificationName))],
            TransportPolicy = TransportPolicy,
            AllowLoopback = AllowLoopback,
            IPHandling = IPHandling,
            HasProxy = Proxy is not null,
            RouteDestinations = RouteDestinations ?? defaults.RouteDestinations,
            AllowIPv4Mapped = AllowIPv4Mapped,
            AddressFilter = InterfaceFilter is null ? AddressFilter : address => InterfaceFilter(address.InterfaceName) && AddressFilter?.Invoke(address) != false,
            TypePreferences = TypePreferences,
            AddressRewrites = AddressRewrites,
            Ports = Ports,
            Pacing = Pacing,
            Demultiplexing = Demultiplexing,
            MismatchHandling = MismatchHandling,
            MaxCandidatePairs = MaxCandidatePairs,
            MaxRemoteCandidates = MaxRemoteCandidates,
            IsLite = IsLite,
            CheckRto = CheckRto,
            RemoteCandidateFilter = RemoteCandidateFilter,
            Nomination = Nomination,
            Renomination = Renomination,
            KeepaliveInterval = KeepaliveInterval,
            ConsentFreshness = ConsentFreshness,
            FreesUnusedCandidates = FreesUnusedCandidates,
            GatheringTimeout = GatheringTimeout,
            ServerTimeout = ServerTimeout,
            CloseTimeout = CloseTimeout,
            PatienceTimeout = PatienceTimeout,
            Retransmission = Retransmission,
            Software = Software,
            Journal = Journal,
        };
    }

    private static void RequireRange(int value, int least, int most, string name)
    {
        if (value < least || value > most)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} lies between {least} and {most}.");
        }
    }
}
