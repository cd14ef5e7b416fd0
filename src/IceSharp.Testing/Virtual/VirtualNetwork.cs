using IceSharp.Protocol;
using IceSharp.Protocol.Dns;

namespace IceSharp.Testing;

/// <summary>A network of hosts, links and NATs in virtual time: fully deterministic, thousands of times faster than the real one.</summary>
/// <remarks>
/// Everything that happens is an event in one queue ordered by time and sequence; nothing happens between calls of
/// <see cref="RunUntil"/> and <see cref="RunFor"/>. The same seed and the same calls give the same trace, byte for byte.
/// Not thread safe: build, run and look from one thread.
/// <example>
/// <code>
/// var network = new VirtualNetwork(seed: 7);
/// Nat router = network.AddNat("router", NatBehaviour.PortRestrictedCone, "203.0.113.1");
/// VirtualHost alice = network.AddHost("alice", "192.168.1.2", router.Inside);
/// VirtualHost bob = network.AddHost("bob", "198.51.100.2");
/// VirtualSocket there = bob.Bind(5000);
/// there.Receiver = (now, source, datagram) => there.Send(source, datagram);
/// alice.Bind(4000).Send(there.LocalAddress, "hello"u8);
/// network.RunFor(TimeSpan.FromSeconds(1));
/// Console.Write(network.Trace);
/// </code>
/// </example>
/// </remarks>
public sealed class VirtualNetwork
{
    private readonly EventQueue _events = new();
    private readonly Dictionary<string, IReadOnlyList<IpAddress>> _names = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, List<SrvRecord>> _services = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<VirtualHost> _hosts = [];
    private readonly HashSet<string> _routers = new(StringComparer.Ordinal);
    private long _datagrams;
    private int _agents;

    /// <summary>Creates an empty network.</summary>
    /// <param name="seed">Decides every draw: losses, jitter, NAT ports, and the random bytes of machines on hosts.</param>
    public VirtualNetwork(ulong seed = 1)
    {
        Random = new SeededRandomSource(seed);
        Links = new LinkTraffic(Random.Derive("links"));
        Internet = new VirtualSegment(this, "internet");
    }

    /// <summary>The clock.</summary>
    public VirtualClock Clock { get; } = new();

    /// <summary>The current virtual time.</summary>
    public MonotonicTime Now => Clock.Now;

    /// <summary>The source of all randomness; derive one for each purpose.</summary>
    public SeededRandomSource Random { get; }

    /// <summary>The segment with public addresses.</summary>
    public VirtualSegment Internet { get; }

    /// <summary>All hosts, in the order in which they were added.</summary>
    public IReadOnlyList<VirtualHost> Hosts => _hosts;

    /// <summary>Every datagram and its fate.</summary>
    public PacketTrace Trace { get; } = new();

    /// <summary>A rule of the scenario that drops datagrams; asked once in each segment that a datagram crosses.</summary>
    /// <value>Null, the default, drops nothing. The arguments are time, source and destination as they stand in that segment, and the payload.</value>
    public PacketRule? DropRule { get; set; }

    /// <summary>Adds a host with one interface.</summary>
    /// <param name="name">A name for traces.</param>
    /// <param name="address">An IPv4 or IPv6 literal, free in its segment.</param>
    /// <param name="segment">Where it stands: <see cref="Nat.Inside"/> of a NAT; null is the internet.</param>
    /// <param name="link">Its link; null is a perfect one.</param>
    /// <exception cref="FormatException"><paramref name="address"/> is no literal.</exception>
    /// <exception cref="InvalidOperationException">The address or the name is taken.</exception>
    public VirtualHost AddHost(string name, string address, VirtualSegment? segment = null, LinkOptions? link = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        RefuseKnownName(name);
        VirtualHost host = new(this, name);
        host.AddInterface(IpAddress.Parse(address), segment, link);
        _hosts.Add(host);
        return host;
    }

    /// <summary>Adds a NAT.</summary>
    /// <param name="name">A name for traces.</param>
    /// <param name="behaviour">How it maps and filters.</param>
    /// <param name="externalAddress">Its address on the outside, an IPv4 or IPv6 literal, free there.</param>
    /// <param name="outside">The segment on its outside, for a NAT behind a NAT; null is the internet.</param>
    /// <param name="link">The link on its outside; null is a perfect one.</param>
    /// <exception cref="FormatException"><paramref name="externalAddress"/> is no literal.</exception>
    /// <exception cref="InvalidOperationException">The address is taken.</exception>
    public Nat AddNat(string name, NatBehaviour behaviour, string externalAddress, VirtualSegment? outside = null, LinkOptions? link = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(behaviour);
        RefuseKnownName(name);
        return Remember(new Nat(this, name, behaviour, [IpAddress.Parse(externalAddress)], Require(outside), null) { Link = link ?? LinkOptions.Perfect });
    }

    /// <summary>Adds a NAT with several addresses on its outside, as carriers have.</summary>
    /// <param name="name">A name for traces.</param>
    /// <param name="behaviour">How it maps and filters; <see cref="NatBehaviour.Pooling"/> says who gets which address.</param>
    /// <param name="externalAddresses">Its addresses on the outside, literals of one family, free there.</param>
    /// <param name="outside">The segment on its outside; null is the internet.</param>
    /// <param name="link">The link on its outside; null is a perfect one.</param>
    /// <exception cref="ArgumentException">There is no address, or they are of two families.</exception>
    /// <exception cref="FormatException">An address is no literal.</exception>
    /// <exception cref="InvalidOperationException">An address is taken.</exception>
    public Nat AddNat(string name, NatBehaviour behaviour, IReadOnlyList<string> externalAddresses, VirtualSegment? outside = null, LinkOptions? link = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(behaviour);
        ArgumentNullException.ThrowIfNull(externalAddresses);
        RefuseKnownName(name);
        return Remember(new Nat(this, name, behaviour, [.. externalAddresses.Select(IpAddress.Parse)], Require(outside), null) { Link = link ?? LinkOptions.Perfect });
    }

    /// <summary>Adds a NAT64: hosts inside have IPv6 only and reach IPv4 under addresses with a prefix (RFC 6146).</summary>
    /// <remarks>Hosts that know the prefix make such addresses themselves (RFC 8305 §7.2); <see cref="Nat.Synthesize"/> does it, and a name may be given them.</remarks>
    /// <param name="name">A name for traces.</param>
    /// <param name="behaviour">How it maps and filters.</param>
    /// <param name="externalAddress">Its IPv4 address on the outside, free there.</param>
    /// <param name="prefix">The prefix, of 96 bits.</param>
    /// <param name="outside">The segment on its outside; null is the internet.</param>
    /// <param name="link">The link on its outside; null is a perfect one.</param>
    /// <exception cref="ArgumentException"><paramref name="externalAddress"/> is not IPv4, or <paramref name="prefix"/> has not 96 bits of IPv6.</exception>
    /// <exception cref="FormatException"><paramref name="externalAddress"/> is no literal or <paramref name="prefix"/> no prefix.</exception>
    /// <exception cref="InvalidOperationException">The address is taken.</exception>
    public Nat AddNat64(
        string name, NatBehaviour behaviour, string externalAddress, string prefix = "64:ff9b::/96", VirtualSegment? outside = null, LinkOptions? link = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(behaviour);
        RefuseKnownName(name);
        return Remember(
            new Nat(this, name, behaviour, [IpAddress.Parse(externalAddress)], Require(outside), IpPrefix.Parse(prefix)) { Link = link ?? LinkOptions.Perfect });
    }

    /// <summary>Adds a firewall: a router that translates nothing and lets through what its rules allow.</summary>
    /// <param name="name">A name for traces.</param>
    /// <param name="rules">What it lets through.</param>
    /// <param name="prefix">The addresses behind it, "2001:db8:1::/48": on its outside they lead to it.</param>
    /// <param name="inside">The segment behind it, for a home with a NAT for IPv4 and a firewall for IPv6; null makes one.</param>
    /// <param name="outside">The segment on its outside; null is the internet.</param>
    /// <param name="link">The link on its outside; null is a perfect one.</param>
    /// <exception cref="FormatException"><paramref name="prefix"/> is no prefix.</exception>
    /// <exception cref="InvalidOperationException">An address of the prefix is taken, the segments would form a loop, or another way leads out already.</exception>
    public Firewall AddFirewall(
        string name, FirewallRules rules, string prefix, VirtualSegment? inside = null, VirtualSegment? outside = null, LinkOptions? link = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(rules);
        RefuseKnownName(name);
        IpPrefix addresses = IpPrefix.Parse(prefix);
        VirtualSegment front = Require(outside), behind = inside is null ? new VirtualSegment(this, $"inside {name}") : Require(inside);
        Topology.RefuseLoop(name, behind, front);
        Topology.RefuseSecondWayOut(name, behind, addresses.Address.Family);
        _routers.Add(name);
        return new Firewall(this, name, rules, addresses, behind, front) { Link = link ?? LinkOptions.Perfect };
    }

    /// <summary>Finds a host by its name.</summary>
    /// <param name="name">The name, exactly.</param>
    /// <exception cref="ArgumentException">There is no such host; the message names those there are.</exception>
    public VirtualHost GetHost(string name) => _hosts.Find(h => h.Name == name)
        ?? throw new ArgumentException($"There is no host '{name}'. Hosts are: {string.Join(", ", _hosts.Select(h => $"'{h.Name}'"))}.", nameof(name));

    /// <summary>Adds a host with a STUN and TURN server on port 3478.</summary>
    /// <param name="name">A name for traces.</param>
    /// <param name="address">An IPv4 or IPv6 literal, free on the internet.</param>
    /// <param name="options">What the server offers; null offers Binding only.</param>
    /// <param name="link">The host's link; null is a perfect one.</param>
    /// <exception cref="FormatException"><paramref name="address"/> is no literal.</exception>
    /// <exception cref="InvalidOperationException">The address is taken.</exception>
    public VirtualStunTurnServer AddServer(string name, string address, StunTurnServerOptions? options = null, LinkOptions? link = null) =>
        new(AddHost(name, address, link: link), options);

    /// <summary>Adds a host with two addresses and a STUN server for NAT behaviour discovery on ports 3478 and 3479 of both (RFC 5780 §6).</summary>
    /// <param name="name">A name for traces.</param>
    /// <param name="address">Its first address, an IPv4 or IPv6 literal, free on the internet.</param>
    /// <param name="otherAddress">Its second address, of the same family.</param>
    /// <param name="options">What else the server offers; null is Binding only.</param>
    /// <exception cref="FormatException">An address is no literal.</exception>
    /// <exception cref="InvalidOperationException">An address is taken.</exception>
    public VirtualStunTurnServer AddBehaviorServer(string name, string address, string otherAddress, StunTurnServerOptions? options = null)
    {
        VirtualHost host = AddHost(name, address);
        host.AddInterface(IpAddress.Parse(otherAddress));
        return new VirtualStunTurnServer(host, (options ?? new StunTurnServerOptions()) with { OffersBehaviorDiscovery = true });
    }

    /// <summary>Gives a host name addresses, for everybody on this network.</summary>
    /// <param name="name">The name; case does not matter. Adding it again replaces its addresses.</param>
    /// <param name="addresses">IPv4 or IPv6 literals, best first.</param>
    /// <exception cref="FormatException">One of <paramref name="addresses"/> is no literal.</exception>
    public void AddName(string name, params IReadOnlyList<string> addresses)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(addresses);
        _names[name] = [.. addresses.Select(IpAddress.Parse)];
    }

    /// <summary>Adds an SRV record, for everybody on this network.</summary>
    /// <param name="name">For example "_turn._udp.example.org"; case does not matter.</param>
    /// <param name="record">The record; its target is given addresses by <see cref="AddName"/>.</param>
    public void AddService(string name, SrvRecord record)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(record);
        if (!_services.TryGetValue(name, out List<SrvRecord>? records))
        {
            _services.Add(name, records = []);
        }

        records.Add(record);
    }

    /// <summary>The SRV records of a name; empty when there are none.</summary>
    public IReadOnlyList<SrvRecord> GetServices(string name) => _services.TryGetValue(name, out List<SrvRecord>? records) ? records : [];

    /// <summary>Looks a name up.</summary>
    /// <param name="name">The name; case does not matter.</param>
    /// <param name="addresses">Its addresses, best first; empty when there is no such name.</param>
    public bool TryResolve(string name, out IReadOnlyList<IpAddress> addresses)
    {
        bool known = _names.TryGetValue(name, out IReadOnlyList<IpAddress>? found) && found.Count > 0;
        addresses = known ? found! : [];
        return known;
    }

    /// <summary>Has an action run at a time, for example a change of a link.</summary>
    /// <param name="at">When; a time in the past means as soon as possible, behind what is already due.</param>
    /// <param name="action">What.</param>
    public void Schedule(MonotonicTime at, Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        _events.Add(MonotonicTime.Max(at, Now), action);
    }

    /// <summary>Has an action run after some time.</summary>
    public void After(TimeSpan delay, Action action) => Schedule(Now + delay, action);

    /// <summary>Runs until a condition holds, within limits.</summary>
    /// <param name="condition">Asked before the first event and after each one.</param>
    /// <param name="maxVirtualTime">How far the clock may move on; it stands there when the answer is <see cref="RunOutcome.TimeUp"/>.</param>
    /// <param name="maxSteps">How many events may be worked off.</param>
    public RunOutcome RunUntil(Func<bool> condition, TimeSpan maxVirtualTime, int maxSteps = 1_000_000)
    {
        ArgumentNullException.ThrowIfNull(condition);
        ArgumentOutOfRangeException.ThrowIfLessThan(maxVirtualTime, TimeSpan.Zero);
        MonotonicTime end = Now + maxVirtualTime;
        for (int step = 0; step < maxSteps; step++)
        {
            if (condition())
            {
                return RunOutcome.Reached;
            }

            if (_events.IsEmpty)
            {
                return RunOutcome.Idle;
            }

            if (_events.NextAt > end)
            {
                Clock.MoveTo(end);
                return RunOutcome.TimeUp;
            }

            Clock.MoveTo(_events.NextAt);
            _events.Take()();
        }

        return condition() ? RunOutcome.Reached : RunOutcome.StepLimit;
    }

    /// <summary>Runs for a while; the clock stands exactly that much later, unless the step limit ended the run.</summary>
    /// <param name="time">How long, in virtual time.</param>
    /// <param name="maxSteps">How many events may be worked off.</param>
    /// <exception cref="InvalidOperationException">The step limit was reached: something keeps itself busy.</exception>
    public void RunFor(TimeSpan time, int maxSteps = 10_000_000)
    {
        MonotonicTime end = Now + time;
        if (RunUntil(() => false, time, maxSteps) == RunOutcome.StepLimit)
        {
            throw new InvalidOperationException($"{maxSteps} events did not bring the virtual clock to {end}; it stands at {Now}.");
        }

        Clock.MoveTo(end);
    }

    internal LinkTraffic Links { get; }

    /// <summary>The segment, or the internet where none is named; refuses one of another network.</summary>
    internal VirtualSegment Require(VirtualSegment? segment) => segment is null ? Internet
        : segment.Network == this ? segment
        : throw new ArgumentException($"The segment '{segment}' belongs to another network: make its NAT or firewall on this one.", nameof(segment));

    internal long NextDatagramNumber() => ++_datagrams;

    internal int NextAgentNumber() => ++_agents;

    internal bool IsDroppedByRule(VirtualDatagram datagram) =>
        DropRule is { } rule && rule(Now, datagram.Source, datagram.Destination, datagram.Bytes);

    /// <summary>Has an ICMP error sent back to whoever sent a packet; never about an ICMP packet (RFC 1122 §3.2.2).</summary>
    internal void Report(VirtualDatagram about, IcmpErrorKind kind, IpAddress reporter, Action<VirtualDatagram> send, int mtuBytes = 0)
    {
        if (about.Protocol != IpProtocol.Icmp)
        {
            send(new VirtualDatagram(NextDatagramNumber(), Now, new TransportAddress(reporter, 0), about.Source, [])
            {
                Protocol = IpProtocol.Icmp,
                Icmp = new IcmpMessage(kind, mtuBytes, about.Protocol, about.Source, about.Destination),
            });
        }
    }

    internal void End(VirtualDatagram datagram, PacketFate fate, string where)
    {
        if (datagram.HasEnded)
        {
            throw new InvalidOperationException($"Datagram {datagram.Number} ends twice, the second time as {fate} at '{where}'.");
        }

        datagram.HasEnded = true;
        Trace.Add(datagram, Now, fate, where);
    }

    private void RefuseKnownName(string name)
    {
        if (_routers.Contains(name) || _hosts.Exists(h => h.Name == name))
        {
            throw new InvalidOperationException($"There is a '{name}' already: give the second one another name.");
        }
    }

    private Nat Remember(Nat nat)
    {
        _routers.Add(nat.Name);
        return nat;
    }
}
