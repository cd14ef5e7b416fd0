using IceSharp.Protocol;
using IceSharp.Protocol.Stun;
using IceSharp.Simulation.Tests.Server;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Virtual;

public class VirtualStunTurnServerTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void A_client_behind_a_nat_learns_the_nats_address()
    {
        VirtualNetwork network = new();
        VirtualStunTurnServer server = network.AddServer("stun", "192.0.2.1");
        Nat nat = network.AddNat("nat", NatBehaviour.PortRestrictedCone, "203.0.113.1");
        using Client client = new(network.AddHost("alice", "10.0.0.2", nat.Inside));

        client.Ask(server, new RequestBuilder(StunMethod.Binding, new StunTransactionId(1, 1)))
            .Address(StunAttributeType.XorMappedAddress).Should().Be(new TransportAddress(nat.ExternalAddress, client.Socket.LocalAddress.Port));
    }

    [Fact]
    public void Two_clients_reach_each_other_over_one_relay_until_it_is_released()
    {
        VirtualNetwork network = new();
        VirtualStunTurnServer server = network.AddServer("turn", "192.0.2.1", new StunTurnServerOptions { Users = ServerHarness.Users });
        using Client alice = new(network.AddHost("alice", "198.51.100.1"));
        VirtualSocket bob = network.AddHost("bob", "198.51.100.2").Bind();
        List<string> received = [];
        bob.Receiver = (_, source, datagram) =>
        {
            received.Add(System.Text.Encoding.ASCII.GetString(datagram));
            bob.Send(source, "pong"u8);
        };

        Credentials credentials = alice.Challenge(server);
        Message allocated = alice.Ask(server, new RequestBuilder(StunMethod.Allocate, alice.NewId()).Transport().Sign(credentials));
        alice.Ask(server, new RequestBuilder(StunMethod.CreatePermission, alice.NewId()).Peer($"{bob.LocalAddress}").Sign(credentials)).IsSuccess.Should().BeTrue();
        Message data = alice.Ask(server, new RequestBuilder(StunMethod.Send, alice.NewId(), StunClass.Indication).Peer($"{bob.LocalAddress}").Data("ping"u8));

        received.Should().Equal("ping");
        data.Bytes(StunAttributeType.Data).Should().Equal("pong"u8.ToArray());
        server.Machine.Allocations.Single().Relayed.Should().Be(allocated.Address(StunAttributeType.XorRelayedAddress));
        server.Host.OpenSockets.Should().Be(2);

        alice.Ask(server, new RequestBuilder(StunMethod.Refresh, alice.NewId()).Lifetime(0).Sign(credentials)).IsSuccess.Should().BeTrue();
        server.Host.OpenSockets.Should().Be(1);
        server.Events.Select(e => e.GetType()).Should().Equal(typeof(AllocationCreated), typeof(AllocationEnded));
    }

    [Fact]
    public void An_allocation_ends_600_s_after_its_last_refresh_by_the_network_s_clock()
    {
        VirtualNetwork network = new();
        VirtualStunTurnServer server = network.AddServer("turn", "192.0.2.1", new StunTurnServerOptions
        {
            Users = ServerHarness.Users,
            ResponseMemory = TimeSpan.Zero, // nothing else wakes the server on the way
        });
        using Client alice = new(network.AddHost("alice", "198.51.100.1"));
        Credentials credentials = alice.Challenge(server);
        alice.Ask(server, new RequestBuilder(StunMethod.Allocate, alice.NewId()).Transport().Sign(credentials)).IsSuccess.Should().BeTrue();

        network.RunFor(TimeSpan.FromSeconds(300));
        alice.Ask(server, new RequestBuilder(StunMethod.Refresh, alice.NewId()).Sign(credentials)).IsSuccess.Should().BeTrue();
        network.RunFor(TimeSpan.FromSeconds(599));
        server.Host.OpenSockets.Should().Be(2);
        network.RunFor(TimeSpan.FromSeconds(1));

        server.Host.OpenSockets.Should().Be(1);
        network.RunUntil(() => false, Second).Should().Be(RunOutcome.Idle, "nothing is left to wait for");
    }

    [Fact]
    public void A_server_that_is_switched_off_closes_its_sockets()
    {
        VirtualNetwork network = new();
        VirtualStunTurnServer server = network.AddServer("stun", "192.0.2.1");
        server.Dispose();

        server.Host.OpenSockets.Should().Be(0);
    }

    private sealed class Client : IDisposable
    {
        private readonly VirtualHost _host;
        private byte[]? _answer;
        private ulong _transactions;

        public Client(VirtualHost host)
        {
            _host = host;
            Socket = host.Bind();
            Socket.Receiver = (_, _, datagram) => _answer = datagram.ToArray();
        }

        public VirtualSocket Socket { get; }

        public StunTransactionId NewId() => new(1, ++_transactions);

        public Message Ask(VirtualStunTurnServer server, RequestBuilder request)
        {
            _answer = null;
            Socket.Send(server.Address, request.ToArray());
            _host.Network.RunUntil(() => _answer is not null, Second).Should().Be(RunOutcome.Reached, "timeline:\n{0}", _host.Network.Trace);
            return new Message(_answer!);
        }

        public Credentials Challenge(VirtualStunTurnServer server) =>
            new("alice", "secret", "example.org", Ask(server, new RequestBuilder(StunMethod.Allocate, NewId()).Transport()).Bytes(StunAttributeType.Nonce)!);

        public void Dispose() => Socket.Dispose();
    }
}
