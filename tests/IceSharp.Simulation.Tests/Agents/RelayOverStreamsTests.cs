using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Agents;

/// <summary>Agents behind a firewall that lets no UDP out: a relay that is reached over TCP or TLS connects them.</summary>
public sealed class RelayOverStreamsTests : IDisposable
{
    private const string Name = "turn.example.org";
    private readonly VirtualNetwork _network = new();
    private readonly VirtualStunTurnServer _server;
    private readonly VirtualHost _inside;
    private readonly VirtualHost _outside;

    public RelayOverStreamsTests()
    {
        Firewall office = _network.AddFirewall("office", FirewallRules.UdpBlocked, "203.0.113.0/24");
        _inside = _network.AddHost("alice", "203.0.113.2", office.Inside);
        _outside = _network.AddHost("bob", "198.51.100.9");
        _server = _network.AddServer("turn", "198.51.100.1", new StunTurnServerOptions { Users = new Dictionary<string, string> { ["user"] = "password" } });
        _server.ListenForStreams(new TransportAddress(_server.Host.Address, 80));
        _server.ListenForStreams(new TransportAddress(_server.Host.Address, 443), new VirtualCertificate(Name));
        _network.AddName(Name, "198.51.100.1");
    }

    [Theory]
    [InlineData(StunUriTransport.Tcp)]
    [InlineData(StunUriTransport.Tls)]
    public void They_connect_and_data_flows_both_ways(StunUriTransport transport)
    {
        using VirtualAgent alice = Create(_inside, Relay(transport)), bob = Create(_outside);

        new VirtualPair(alice, bob).Connect().Should().Be(RunOutcome.Reached, "timeline:\n{0}", _network.Trace);
        for (int i = 0; i < 300; i++)
        {
            // Minutes: permissions and the channel are renewed over the connection.
            alice.TrySend(new byte[i % 7]).Should().BeTrue();
            bob.TrySend(new byte[i % 5]).Should().BeTrue();
            _network.RunFor(TimeSpan.FromSeconds(2));
        }

        (alice.Received.Count, bob.Received.Count).Should().Be((300, 300));
        alice.Machine.GetRoute(0, 1)!.IsRelayed.Should().BeTrue();
        _inside.OpenStreams.Should().Be(1);
        alice.Close();
        _network.RunFor(TimeSpan.FromSeconds(5));
        (_inside.OpenStreams, _server.Machine.Allocations.Count).Should().Be((0, 0), "closing gives the allocation back and ends the connection");
    }

    [Fact]
    [Rfc("ICE-7675-5.1-o")]
    public void Consent_is_asked_for_over_the_connection_too_and_ends_30_s_after_the_last_answer()
    {
        using VirtualAgent alice = Create(_inside, Relay(StunUriTransport.Tcp)), bob = Create(_outside);
        new VirtualPair(alice, bob).Connect().Should().Be(RunOutcome.Reached);
        _network.RunFor(TimeSpan.FromMinutes(2));
        alice.Events.OfType<ConsentLost>().Should().BeEmpty("each request went over TCP, and was answered");

        bob.Dispose();
        _network.RunFor(TimeSpan.FromSeconds(31));

        ConsentLost lost = alice.Events.OfType<ConsentLost>().Should().ContainSingle().Subject;
        lost.Loss.Should().Be(IceConsentLoss.Expired);
        alice.TrySend([1]).Should().BeFalse();
    }

    [Fact]
    public void Where_UDP_is_silent_the_same_server_is_asked_over_TCP()
    {
        _server.ListenForStreams(new TransportAddress(_server.Host.Address, 3478));
        using VirtualAgent alice = Create(_inside, Relay(StunUriTransport.Tcp) with { Port = 3478, Transports = [StunUriTransport.Udp, StunUriTransport.Tcp] });

        alice.StartGathering();
        _network.RunFor(TimeSpan.FromSeconds(15));

        alice.Events.OfType<LocalCandidateFound>().Should().Contain(f => f.Candidate.Type == IceCandidateType.Relayed);
    }

    [Fact]
    public void A_server_with_another_name_gives_no_candidate()
    {
        _network.AddName("other.example.org", "198.51.100.1");
        using VirtualAgent alice = Create(_inside, Relay(StunUriTransport.Tls) with { Host = "other.example.org" });

        alice.StartGathering();
        _network.RunFor(TimeSpan.FromSeconds(15));

        alice.Events.OfType<LocalCandidateFound>().Should().NotContain(f => f.Candidate.Type == IceCandidateType.Relayed);
        _server.Machine.Allocations.Should().BeEmpty();
        _inside.OpenStreams.Should().Be(0);
    }

    public void Dispose() => _server.Dispose();

    private static IceServerSettings Relay(StunUriTransport transport) => new()
    {
        Kind = IceServerKind.Turn,
        Host = Name,
        Port = (ushort)(transport == StunUriTransport.Tls ? 443 : 80),
        Transports = [transport],
        IsSecure = transport == StunUriTransport.Tls,
        Username = "user",
        Password = "password",
    };

    private static VirtualAgent Create(VirtualHost host, params IceServerSettings[] servers)
    {
        VirtualAgent agent = new(host, new IceAgentMachineOptions { Servers = servers });
        agent.AddDataStream();
        return agent;
    }
}
