using IceSharp.Protocol;
using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Server;

/// <summary>What the server keeps, how long to the tick, and what it can be made to do wrong.</summary>
public class ServerStateTests
{
    [Fact]
    [Rfc("SRV-8656-6-a")]
    [Rfc("SRV-8656-6-b")]
    public void Allocations_are_told_apart_by_all_of_the_five_tuple_and_shown_with_all_they_hold()
    {
        ServerHarness server = new();
        SocketHandle tcp = server.Machine.AddListener(ServerHarness.ServerAddress, ServerTransport.Tcp);
        SocketHandle port = server.Machine.AddListener(ServerHarness.ServerAddress with { Port = 3479 });
        foreach ((SocketHandle listener, TransportAddress client) in new[]
        {
            (server.Listener, ServerHarness.Client), (server.Listener, ServerHarness.Client with { Port = 1 }), (tcp, ServerHarness.Client), (port, ServerHarness.Client),
        })
        {
            Message challenge = Message.Single(server.Receive(listener, client, new RequestBuilder(StunMethod.Allocate, server.NewId()).Transport().ToArray()));
            Credentials credentials = new("alice", "secret", challenge.Text(StunAttributeType.Realm), challenge.Bytes(StunAttributeType.Nonce)!);
            Message.Single(server.Receive(listener, client, new RequestBuilder(StunMethod.Allocate, server.NewId()).Transport().Sign(credentials).ToArray())).IsSuccess.Should().BeTrue();
            Message.Single(server.Receive(listener, client, new RequestBuilder(StunMethod.ChannelBind, server.NewId()).Channel(0x4001).Peer("203.0.113.9:5").Sign(credentials).ToArray()));
        }

        IReadOnlyList<AllocationInfo> all = server.Machine.Allocations;
        all.Should().HaveCount(4);
        all.Select(a => a.Relayed).Should().OnlyHaveUniqueItems();
        all.Should().OnlyContain(a => a.Username == "alice" && a.Permissions.Count == 1 && a.Channels.Single().Number == 0x4001);
        SocketHandle relay = server.RelaySockets.Single(r => r.Value == all[2].Relayed).Key;
        server.Receive(relay, TransportAddress.Parse("203.0.113.9:5"), [1]).Should().ContainSingle().Which.Socket.Should().Be(tcp);
    }

    [Fact]
    [Rfc("SRV-8656-6-c")]
    public void What_lives_300_or_600_seconds_lives_that_to_the_tick()
    {
        ServerHarness server = new();
        Credentials credentials = server.Allocate();
        server.BindChannel(credentials, 0x4000, "203.0.113.9:5");

        server.Pass(TimeSpan.FromSeconds(300) - TimeSpan.FromTicks(1));
        server.ReceiveFromPeer("203.0.113.9:5", [1]).Should().ContainSingle();
        server.Pass(TimeSpan.FromTicks(1));
        server.ReceiveFromPeer("203.0.113.9:5", [1]).Should().BeEmpty();
        server.Pass(TimeSpan.FromSeconds(300) - TimeSpan.FromTicks(1));
        server.Machine.Allocations.Single().Channels.Should().ContainSingle();
        server.Pass(TimeSpan.FromTicks(1));
        server.Machine.Allocations.Should().BeEmpty();
    }

    [Fact]
    [Rfc("SRV-8656-5-a")]
    [Rfc("TURN-8656-5-l")]
    public void Each_quota_has_its_answer()
    {
        StunTurnServerOptions options = new()
        {
            Users = ServerHarness.Users,
            MaxAllocationsPerUser = 1,
            RelayPorts = new(50000, 50001),
            MaxPermissionsPerAllocation = 1,
            MaxBytesPerSecond = 100,
        };
        ServerHarness server = new(options);
        Credentials credentials = server.Allocate();
        TransportAddress second = ServerHarness.Client with { Port = 2 }, third = ServerHarness.Client with { Port = 3 };
        Allocate("alice", "secret", second).Code.Should().Be(486);
        Allocate("bob", "other", second).IsSuccess.Should().BeTrue();
        server.Permit(credentials, "203.0.113.9:5").IsSuccess.Should().BeTrue();
        server.Permit(credentials, "203.0.113.10:5").Code.Should().Be(508);
        server.BindChannel(credentials, 0x4000, "203.0.113.9:5").IsSuccess.Should().BeTrue();
        server.BindChannel(credentials, 0x4001, "203.0.113.9:6").Code.Should().Be(508);

        ServerHarness full = new(options with { MaxAllocationsPerUser = 9 });
        full.Allocate();
        full.Allocate(second);
        Credentials late = full.Challenge(from: third);
        full.Ask(new RequestBuilder(StunMethod.Allocate, full.NewId()).Transport().Sign(late), third).Code.Should().Be(508, "both ports are taken");

        server.Receive(server.SendIndication("203.0.113.9:5", new byte[60])).Should().ContainSingle();
        server.Receive(server.SendIndication("203.0.113.9:5", new byte[60])).Should().BeEmpty();
        server.Receive(server.SendIndication("203.0.113.9:5", new byte[40])).Should().ContainSingle();
        server.Pass(TimeSpan.FromSeconds(1));
        server.Receive(server.SendIndication("203.0.113.9:5", new byte[60])).Should().ContainSingle();

        Message Allocate(string user, string password, TransportAddress from) =>
            server.Ask(new RequestBuilder(StunMethod.Allocate, server.NewId()).Transport().Sign(server.Challenge(user, password, from)), from);
    }

    [Fact]
    [Rfc("SRV-8656-7.2-a")]
    public void Misbehaviour_can_be_switched_on()
    {
        ServerHarness server = new(new() { Users = ServerHarness.Users, LongTerm = LongTermMode.Rfc8489 });
        server.Machine.Faults.StripsPasswordAlgorithms = true;
        Message stripped = server.Ask(new RequestBuilder(StunMethod.Allocate, server.NewId()).Transport());
        (stripped.Text(StunAttributeType.Nonce).StartsWith("obMatJos2", StringComparison.Ordinal), stripped.Has(StunAttributeType.PasswordAlgorithms)).Should().Be((true, false));

        server.Machine.Faults.MistakesTransactions = true;
        StunTransactionId id = server.NewId();
        server.Ask(new RequestBuilder(StunMethod.Binding, id)).Id.Should().NotBe(id);
        server.Machine.Faults.MistakesTransactions = false;

        server.Machine.Faults.IgnoreNext(StunMethod.Binding);
        server.Receive(new RequestBuilder(StunMethod.Binding, server.NewId()).ToArray()).Should().BeEmpty();
        server.Machine.Faults.RefuseNext(StunMethod.Binding, 555);
        server.Ask(new RequestBuilder(StunMethod.Binding, server.NewId())).Code.Should().Be(555);
        server.Ask(new RequestBuilder(StunMethod.Binding, server.NewId())).IsSuccess.Should().BeTrue();

        ServerHarness old = new(new() { Users = ServerHarness.Users, IsRfc5766 = true });
        Credentials credentials = old.Allocate();
        old.BindChannel(credentials, 0x7FFE, "203.0.113.9:5").IsSuccess.Should().BeTrue();
        old.BindChannel(credentials, 0x7FFF, "203.0.113.9:6").Code.Should().Be(400);
        old.Ask(new RequestBuilder(StunMethod.Allocate, old.NewId()).Transport().Family(1).Sign(old.Challenge(from: ServerHarness.Client with { Port = 9 })), ServerHarness.Client with { Port = 9 })
            .Code.Should().Be(420);
    }
}
