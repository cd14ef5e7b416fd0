using System.Net;
using System.Net.Sockets;
using IceSharp.Protocol;
using IceSharp.Protocol.Stun;
using IceSharp.Simulation.Tests.Server;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Loopback;

public class LoopbackStunTurnServerTests
{
    [Fact]
    public async Task A_raw_socket_gets_its_binding_response_over_both_families()
    {
        await using LoopbackStunTurnServer server = await LoopbackStunTurnServer.StartAsync();
        using RawClient four = new(server.Endpoint);

        Message answer = await four.AskAsync(new RequestBuilder(StunMethod.Binding, four.NewId()));

        answer.Address(StunAttributeType.XorMappedAddress).Should().Be(four.Local);
        if (server.EndpointV6 is { } endpoint)
        {
            using RawClient six = new(endpoint);
            (await six.AskAsync(new RequestBuilder(StunMethod.Binding, six.NewId()))).Address(StunAttributeType.XorMappedAddress).Should().Be(six.Local);
        }
    }

    [Fact]
    public async Task A_raw_socket_allocates_talks_to_a_peer_and_releases()
    {
        await using LoopbackStunTurnServer server = await StartAsync();
        using RawClient alice = new(server.Endpoint), bob = new(server.Endpoint);

        Credentials credentials = await alice.ChallengeAsync();
        Message allocated = await alice.AskAsync(new RequestBuilder(StunMethod.Allocate, alice.NewId()).Transport().Sign(credentials));
        (allocated.IsSuccess, allocated.IsSignedBy(credentials)).Should().Be((true, true));
        TransportAddress relayed = allocated.Address(StunAttributeType.XorRelayedAddress);
        (await alice.AskAsync(new RequestBuilder(StunMethod.CreatePermission, alice.NewId()).Peer($"{bob.Local}").Sign(credentials))).IsSuccess.Should().BeTrue();

        await alice.SendAsync(new RequestBuilder(StunMethod.Send, alice.NewId(), StunClass.Indication).Peer($"{bob.Local}").Data("ping"u8).ToArray());
        (byte[] ping, TransportAddress source) = await bob.ReceiveAsync();
        (System.Text.Encoding.ASCII.GetString(ping), source).Should().Be(("ping", relayed));

        await bob.SendAsync("pong"u8.ToArray(), relayed);
        new Message((await alice.ReceiveAsync()).Bytes).Bytes(StunAttributeType.Data).Should().Equal("pong"u8.ToArray());

        (await server.QueryAsync(m => m.Allocations.Single().Relayed)).Should().Be(relayed);
        (await alice.AskAsync(new RequestBuilder(StunMethod.Refresh, alice.NewId()).Lifetime(0).Sign(credentials))).IsSuccess.Should().BeTrue();
        (await server.QueryAsync(m => m.Allocations.Count)).Should().Be(0);
        using Socket next = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        next.Invoking(s => s.Bind(IPEndPoint.Parse($"{relayed}"))).Should().NotThrow("the relayed port is free again");
    }

    [Fact]
    public async Task Five_thousand_datagrams_cross_the_relay_in_order()
    {
        await using LoopbackStunTurnServer server = await StartAsync();
        using RawClient alice = new(server.Endpoint), bob = new(server.Endpoint);
        Credentials credentials = await alice.ChallengeAsync();
        (await alice.AskAsync(new RequestBuilder(StunMethod.Allocate, alice.NewId()).Transport().Sign(credentials))).IsSuccess.Should().BeTrue();
        (await alice.AskAsync(new RequestBuilder(StunMethod.ChannelBind, alice.NewId()).Channel(0x4000).Peer($"{bob.Local}").Sign(credentials))).IsSuccess.Should().BeTrue();

        // In steps that fit every socket buffer: this is about the relay, not about UDP's losses.
        int received = 0;
        for (int sent = 0; sent < 5000;)
        {
            for (int i = 0; i < 20; i++, sent++)
            {
                await alice.SendAsync([0x40, 0x00, 0, 4, (byte)(sent >> 24), (byte)(sent >> 16), (byte)(sent >> 8), (byte)sent]);
            }

            for (; received < sent; received++)
            {
                (await bob.ReceiveAsync()).Bytes.Should().Equal((byte)(received >> 24), (byte)(received >> 16), (byte)(received >> 8), (byte)received);
            }
        }
    }

    [Fact]
    public async Task A_relayed_port_that_somebody_else_has_is_replaced()
    {
        using Socket squatter = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        squatter.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        ushort taken = (ushort)((IPEndPoint)squatter.LocalEndPoint!).Port;
        ushort first = (ushort)Math.Min((int)taken, ushort.MaxValue - 7);
        await using LoopbackStunTurnServer server = await LoopbackStunTurnServer.StartAsync(new LoopbackServerOptions
        {
            Users = ServerHarness.Users,
            Server = new StunTurnServerOptions { RelayPorts = new Protocol.Agent.PortRange(first, (ushort)(first + 7)) },
        });
        using RawClient alice = new(server.Endpoint);
        Credentials credentials = await alice.ChallengeAsync();

        // Whichever port the draw starts at, the one that is taken is never the answer.
        Message answer = await alice.AskAsync(new RequestBuilder(StunMethod.Allocate, alice.NewId()).Transport().Sign(credentials));

        answer.Address(StunAttributeType.XorRelayedAddress).Port.Should().NotBe(taken);
    }

    [Fact]
    public async Task The_uris_name_the_endpoint()
    {
        await using LoopbackStunTurnServer server = await StartAsync();

        server.StunUri.Should().Be($"stun:127.0.0.1:{server.Endpoint.Port}");
        server.TurnUri.Should().Be($"turn:127.0.0.1:{server.Endpoint.Port}?transport=udp");
    }

    [Fact]
    public async Task Disposal_frees_the_port_ends_queries_and_may_be_repeated()
    {
        LoopbackStunTurnServer server = await StartAsync();
        Task<int> pending = server.QueryAsync(m => m.RememberedResponses);

        await server.DisposeAsync();
        await server.DisposeAsync();

        (await pending).Should().Be(0);
        Action late = () => server.QueryAsync(m => m.RememberedResponses);
        late.Should().Throw<ObjectDisposedException>();
        using Socket again = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        again.Bind(server.Endpoint);
    }

    [Fact]
    public async Task A_taken_port_is_reported_and_a_throwing_query_harms_nobody()
    {
        await using LoopbackStunTurnServer server = await StartAsync();
        Func<Task> second = () => LoopbackStunTurnServer.StartAsync(new LoopbackServerOptions { Port = (ushort)server.Endpoint.Port });
        await second.Should().ThrowAsync<SocketException>();

        Func<Task<int>> query = () => server.QueryAsync<int>(_ => throw new NotSupportedException("mine"));
        await query.Should().ThrowAsync<NotSupportedException>().WithMessage("mine");
        (await server.QueryAsync(m => m.Allocations.Count)).Should().Be(0);
    }

    private static Task<LoopbackStunTurnServer> StartAsync() =>
        LoopbackStunTurnServer.StartAsync(new LoopbackServerOptions { Users = ServerHarness.Users, Realm = "example.org" });
}
