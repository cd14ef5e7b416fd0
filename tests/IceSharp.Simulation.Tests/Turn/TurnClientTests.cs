using IceSharp.Protocol;
using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Turn;
using IceSharp.Simulation.Tests.Server;
using IceSharp.TestMarks;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Turn;

/// <summary>The TURN client against the server machine, over the virtual network.</summary>
public sealed class TurnClientTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly VirtualNetwork _network = new(seed: 7);
    private readonly List<VirtualTurnClient> _clients = [];

    public void Dispose() => _clients.ForEach(c => c.Dispose());

    [Theory]
    [InlineData(LongTermMode.Rfc5389, false)]
    [InlineData(LongTermMode.Rfc8489, false)]
    [InlineData(LongTermMode.Rfc8489, true)]
    [Rfc("TURN-8656-5-c")]
    [Rfc("SRV-5389-10.2.2-a")]
    public void Data_goes_both_ways_through_a_server_of_either_generation(LongTermMode mode, bool anonymous)
    {
        VirtualStunTurnServer server = AddServer(new StunTurnServerOptions { Users = ServerHarness.Users, LongTerm = mode, OffersUserAnonymity = anonymous });
        Nat nat = _network.AddNat("nat", NatBehaviour.Symmetric, "203.0.113.1");
        VirtualTurnClient alice = AddClient("alice", "10.0.0.2", server, segment: nat.Inside);
        VirtualSocket bob = _network.AddHost("bob", "198.51.100.2").Bind();
        List<string> heard = [];
        bob.Receiver = (_, source, datagram) =>
        {
            heard.Add(System.Text.Encoding.ASCII.GetString(datagram));
            bob.Send(source, "pong"u8);
        };

        Allocate(alice);
        alice.Machine.RelayedAddress.Should().Be(server.Machine.Allocations.Single().Relayed);
        alice.Machine.MappedAddress!.Value.Address.Should().Be(nat.ExternalAddress);
        alice.Send(bob.LocalAddress, "too early").Should().BeFalse();
        alice.Permit(bob.LocalAddress.Address);
        RunUntil(() => alice.Machine.HasPermission(bob.LocalAddress.Address));
        alice.Send(bob.LocalAddress, "ping").Should().BeTrue();
        RunUntil(() => alice.Received.Count > 0);

        heard.Should().Equal("ping");
        alice.Received.Should().Equal((bob.LocalAddress, "pong"));
    }

    [Fact]
    [Rfc("TURN-8656-8-a")]
    [Rfc("TURN-8656-10.3-a")]
    [Rfc("STUN-8489-9.2.5-h")]
    public void Allocation_and_permission_live_for_hours_with_loss_and_stale_nonces()
    {
        VirtualStunTurnServer server = AddServer(new StunTurnServerOptions { Users = ServerHarness.Users, NonceLifetime = TimeSpan.FromMinutes(7) });
        VirtualTurnClient alice = AddClient("alice", "198.51.100.1", server, link: new LinkOptions { Delay = TimeSpan.FromMilliseconds(40), Loss = 0.2 });
        VirtualSocket bob = _network.AddHost("bob", "198.51.100.2").Bind();
        Allocate(alice);
        alice.Permit(bob.LocalAddress.Address);
        RunUntil(() => alice.Machine.HasPermission(bob.LocalAddress.Address));
        TransportAddress relayed = alice.Machine.RelayedAddress!.Value;

        for (int hour = 0; hour < 6; hour++)
        {
            _network.RunFor(TimeSpan.FromHours(1));
            AllocationInfo allocation = server.Machine.Allocations.Single();
            allocation.Relayed.Should().Be(relayed);
            allocation.Permissions.Should().ContainSingle();
            alice.Machine.HasPermission(bob.LocalAddress.Address).Should().BeTrue();
        }

        alice.Events.Select(e => e.Kind).Should().Equal(TurnEventKind.Allocated, TurnEventKind.PermissionInstalled);
    }

    [Fact]
    [Rfc("TURN-8656-8-b")]
    public void Close_frees_the_relayed_address()
    {
        VirtualStunTurnServer server = AddServer();
        VirtualTurnClient alice = AddClient("alice", "198.51.100.1", server);
        Allocate(alice);
        alice.Close();
        RunUntil(() => alice.Machine.State == TurnAllocationState.Closed);

        server.Machine.Allocations.Should().BeEmpty();
        _network.RunUntil(() => false, TimeSpan.FromHours(1)).Should().Be(RunOutcome.Idle, "nobody has anything left to do");
    }

    [Fact]
    public void Close_amid_allocating_leaves_no_allocation_behind()
    {
        VirtualStunTurnServer server = AddServer();
        VirtualTurnClient alice = AddClient("alice", "198.51.100.1", server, link: new LinkOptions { Delay = TimeSpan.FromMilliseconds(100) });
        alice.Start();
        _network.RunFor(TimeSpan.FromMilliseconds(250));
        alice.Close();
        RunUntil(() => alice.Machine.State == TurnAllocationState.Closed);

        server.Machine.Allocations.Should().BeEmpty();
        server.Events.OfType<AllocationCreated>().Should().ContainSingle("the request was on its way when the client closed");
    }

    [Fact]
    [Rfc("TURN-8656-7.4-401")]
    public void Wrong_password_fails_after_two_requests()
    {
        VirtualStunTurnServer server = AddServer();
        VirtualTurnClient alice = AddClient("alice", "198.51.100.1", server, password: "wrong");
        alice.Start();
        RunUntil(() => alice.Machine.State == TurnAllocationState.Failed);

        alice.Machine.Failure.Should().Be(TurnFailure.Unauthorized);
        _network.Trace.Records.Count(r => r.Destination == server.Address).Should().Be(2);
    }

    [Theory]
    [InlineData(IntegrityFault.Omitted)]
    [InlineData(IntegrityFault.Corrupted)]
    [Rfc("STUN-8489-9.2.5-l")]
    public void Server_whose_integrity_is_wrong_is_not_believed(IntegrityFault fault)
    {
        VirtualStunTurnServer server = AddServer();
        server.Machine.Faults.Integrity = fault;
        VirtualTurnClient alice = AddClient("alice", "198.51.100.1", server);
        alice.Start();
        RunUntil(() => alice.Machine.State == TurnAllocationState.Failed);

        alice.Machine.Failure.Should().Be(TurnFailure.IntegrityViolated);
    }

    [Fact]
    [Rfc("TURN-8656-5-f")]
    public void Server_that_forgot_the_allocation_is_noticed_at_the_next_refresh()
    {
        VirtualStunTurnServer server = AddServer();
        VirtualTurnClient alice = AddClient("alice", "198.51.100.1", server);
        Allocate(alice);
        server.Machine.Faults.RefuseNext(StunMethod.Refresh, 437);
        _network.RunFor(TimeSpan.FromSeconds(541));

        alice.Events.Select(e => (e.Kind, e.ErrorCode)).Should().Equal((TurnEventKind.Allocated, 0), (TurnEventKind.Lost, 437));
    }

    [Fact]
    [Rfc("TURN-8656-10.3-b")]
    public void Forbidden_peer_does_not_block_the_others()
    {
        VirtualStunTurnServer server = AddServer(new StunTurnServerOptions { Users = ServerHarness.Users, IsForbiddenPeer = ip => ip == IpAddress.Parse("10.9.9.9") });
        VirtualTurnClient alice = AddClient("alice", "198.51.100.1", server);
        string[] peers = ["198.51.100.7", "10.9.9.9", "198.51.100.8"];
        foreach (string peer in peers)
        {
            alice.Permit(IpAddress.Parse(peer));
        }

        Allocate(alice);
        RunUntil(() => alice.Events.Count == 4);

        peers.Select(p => alice.Machine.HasPermission(IpAddress.Parse(p))).Should().Equal(true, false, true);
        alice.Events.Single(e => e.Kind == TurnEventKind.PermissionRefused).ErrorCode.Should().Be(403);
    }

    [Fact]
    public void Same_seed_gives_the_same_packets()
    {
        string Run()
        {
            VirtualNetwork network = new(seed: 11);
            VirtualStunTurnServer server = network.AddServer("turn", "192.0.2.1", new StunTurnServerOptions { Users = ServerHarness.Users });
            LinkOptions link = new() { Delay = TimeSpan.FromMilliseconds(20), Jitter = TimeSpan.FromMilliseconds(10), Loss = 0.3 };
            using VirtualTurnClient alice = new(network.AddHost("alice", "198.51.100.1", link: link), server.Address, CredentialOf(null));
            alice.Start();
            alice.Permit(IpAddress.Parse("198.51.100.7"));
            network.RunFor(TimeSpan.FromHours(1));
            network.Trace.Records.Count.Should().BeGreaterThan(20);
            return network.Trace.ToHash();
        }

        Run().Should().Be(Run());
    }

    private static TurnCredential CredentialOf(string? password) =>
        new(ServerHarness.Users.First().Key, password ?? ServerHarness.Users.First().Value);

    private VirtualStunTurnServer AddServer(StunTurnServerOptions? options = null) =>
        _network.AddServer("turn", "192.0.2.1", options ?? new StunTurnServerOptions { Users = ServerHarness.Users });

    private VirtualTurnClient AddClient(
        string name, string address, VirtualStunTurnServer server, string? password = null, VirtualSegment? segment = null, LinkOptions? link = null)
    {
        VirtualTurnClient client = new(_network.AddHost(name, address, segment, link), server.Address, CredentialOf(password));
        _clients.Add(client);
        return client;
    }

    private void Allocate(VirtualTurnClient client)
    {
        client.Start();
        RunUntil(() => client.Machine.State == TurnAllocationState.Allocated);
    }

    private void RunUntil(Func<bool> condition) =>
        _network.RunUntil(condition, Patience).Should().Be(RunOutcome.Reached, "the trace is\n{0}", _network.Trace);
}
