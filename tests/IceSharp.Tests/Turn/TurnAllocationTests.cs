using System.Net;
using System.Net.Sockets;
using System.Text;
using IceSharp.Protocol;
using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Turn;
using IceSharp.Testing;
using IceSharp.TestMarks;
using IceSharp.TestServers;

namespace IceSharp.Tests.Turn;

/// <summary>The relayed socket against the test server on loopback.</summary>
public sealed class TurnAllocationTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(StunUriTransport.Udp, true)]
    [InlineData(StunUriTransport.Udp, false)]
    [InlineData(StunUriTransport.Tcp, true)]
    [InlineData(StunUriTransport.Tcp, false)]
    [InlineData(StunUriTransport.Tls, true)]
    [InlineData(StunUriTransport.Tls, false)]
    [Rfc("TURN-8656-5-j")]
    [Rfc("TURN-8656-5-k")]
    public async Task Data_goes_to_a_peer_and_back(StunUriTransport transport, bool channels)
    {
        await using LoopbackStunTurnServer server = await TurnBench.StartAsync();
        await using EchoPeer peer = new();
        await using TurnClient client = TurnBench.Client(server);
        using CancellationTokenSource patience = new(Patience);
        await using TurnAllocation relay = await client.AllocateAsync(TurnBench.Server(server, transport), new TurnAllocationOptions { UseChannels = channels }, patience.Token);

        byte[] buffer = new byte[2000];
        for (int i = 0; i < 50; i++)
        {
            byte[] sent = Encoding.ASCII.GetBytes($"datagram {new string('x', i)}");
            await relay.SendToAsync(sent, peer.EndPoint, patience.Token);
            TurnReceiveResult received = await relay.ReceiveFromAsync(buffer, patience.Token);
            buffer[..received.Length].Should().Equal(sent);
            received.PeerEndPoint.Should().Be(peer.EndPoint);
        }

        peer.LastSource.Should().Be(relay.RelayedAddress);
        relay.Transport.Should().Be(transport);
        relay.Statistics.DatagramsSent.Should().Be(50);
        (await server.QueryAsync(m => m.Allocations.Count)).Should().Be(1);
        await relay.DisposeAsync();
        (await server.QueryAsync(m => m.Allocations.Count)).Should().Be(0, "disposal releases the address");
    }

    [Fact]
    public async Task A_payload_in_a_buffer_with_headroom_arrives_as_it_is()
    {
        await using LoopbackStunTurnServer server = await TurnBench.StartAsync();
        await using EchoPeer peer = new();
        await using TurnClient client = TurnBench.Client(server);
        using CancellationTokenSource patience = new(Patience);
        await using TurnAllocation relay = await client.AllocateAsync(TurnBench.Server(server, StunUriTransport.Udp), null, patience.Token);
        await relay.PermitAsync(peer.EndPoint, patience.Token);
        TransportAddress address = TransportAddress.Parse(peer.EndPoint.ToString());

        byte[] buffer = new byte[TurnAllocation.Headroom + 5 + TurnAllocation.Tailroom];
        byte[] arrived = new byte[100];
        for (int i = 0; i < 20; i++)
        {
            "hello"u8.CopyTo(buffer.AsSpan(TurnAllocation.Headroom));
            relay.TrySendInPlace(buffer, TurnAllocation.Headroom, 5, address).Should().Be(IceSendResult.Sent);
            TurnReceiveResult received = await relay.ReceiveFromAsync(arrived, patience.Token);
            arrived[..received.Length].Should().Equal("hello"u8.ToArray());
        }

        Action cramped = () => relay.TrySendInPlace(new byte[60], 20, 5, address);
        cramped.Should().Throw<ArgumentException>();
    }

    [Fact]
    public async Task A_peer_that_is_permitted_may_speak_first()
    {
        await using LoopbackStunTurnServer server = await TurnBench.StartAsync();
        await using EchoPeer peer = new();
        await using TurnClient client = TurnBench.Client(server);
        using CancellationTokenSource patience = new(Patience);
        await using TurnAllocation relay = await client.AllocateAsync(TurnBench.Server(server, StunUriTransport.Udp), null, patience.Token);
        TaskCompletionSource<string> told = new(TaskCreationOptions.RunContinuationsAsynchronously);

        await relay.PermitAsync(peer.EndPoint, patience.Token);
        relay.SetReceiver((_, datagram, from) => told.TrySetResult($"{Encoding.ASCII.GetString(datagram)} from {from}"));
        peer.Send("hello"u8.ToArray(), relay.RelayedAddress);

        (await told.Task.WaitAsync(patience.Token)).Should().Be($"hello from {peer.EndPoint}");
    }

    [Fact]
    [Rfc("TURN-8656-7.1-c")]
    [Rfc("TURN-8656-7.1-d")]
    [Rfc("TURN-8656-7.1-e")]
    [Rfc("TCP-6062-4.1-a")]
    public async Task What_excludes_each_other_is_refused_before_anything_is_sent()
    {
        await using TurnClient client = new();
        TurnReservationToken token = new(1);
        TurnAllocationOptions[] impossible =
        [
            new() { ReservationToken = token, RelayedFamily = IpFamily.IPv4 },
            new() { ReservationToken = token, Ports = TurnPortDemand.Even },
            new() { ReservationToken = token, BothFamilies = true },
            new() { BothFamilies = true, RelayedFamily = IpFamily.IPv6 },
            new() { BothFamilies = true, Ports = TurnPortDemand.EvenAndNext },
            new() { RelayProtocol = TurnRelayProtocol.Tcp, DontFragment = true },
            new() { RelayProtocol = TurnRelayProtocol.Tcp, Ports = TurnPortDemand.Even },
            new() { RelayProtocol = TurnRelayProtocol.Tcp, ReservationToken = token },
        ];

        foreach (TurnAllocationOptions options in impossible)
        {
            Func<Task> allocate = () => client.AllocateAsync(IceServer.Turn("turn:127.0.0.1:1", "alice", "correct horse"), options);
            await allocate.Should().ThrowAsync<ArgumentException>(options.ToString());
        }

        Func<Task> overUdp = () => client.AllocateAsync(IceServer.Turn("turn:127.0.0.1:1?transport=udp", "alice", "correct horse"), new TurnAllocationOptions { RelayProtocol = TurnRelayProtocol.Tcp });
        (await overUdp.Should().ThrowAsync<TurnException>()).Which.Error.Should().Be(IceError.TransportNotSupported);
    }

    [Theory]
    [InlineData(StunUriTransport.Udp)]
    [InlineData(StunUriTransport.Tcp)]
    public async Task A_server_that_was_restarted_gives_another_address_and_traffic_goes_on(StunUriTransport transport)
    {
        LoopbackStunTurnServer server = await TurnBench.StartAsync();
        await using EchoPeer peer = new();
        await using TurnClient client = TurnBench.Client(server);
        using CancellationTokenSource patience = new(Patience);
        await using TurnAllocation relay = await client.AllocateAsync(TurnBench.Server(server, transport), null, patience.Token);
        TaskCompletionSource<TurnReallocation> told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        relay.Reallocated += (_, change) => told.TrySetResult(change);
        IPEndPoint former = relay.RelayedAddress;
        await relay.PermitAsync(peer.EndPoint, patience.Token);
        ushort port = (ushort)server.Endpoint.Port;

        await server.DisposeAsync();
        relay.TrySendTo("lost"u8, peer.EndPoint);
        relay.TrySendTo("lost"u8, peer.EndPoint);
        await using LoopbackStunTurnServer again = await TurnBench.StartAsync(port);
        TurnReallocation change = await told.Task.WaitAsync(patience.Token);
        await relay.SendToAsync("hello"u8.ToArray(), peer.EndPoint, patience.Token);
        TurnReceiveResult received = await relay.ReceiveFromAsync(new byte[100], patience.Token);

        change.Former.Should().Equal(former);
        change.Current.Should().Equal(relay.RelayedAddress);
        relay.RelayedAddress.Should().NotBe(former);
        received.Length.Should().Be(5);
        peer.LastSource.Should().Be(relay.RelayedAddress);
    }

    [Fact]
    public async Task A_pending_receive_ends_with_the_client()
    {
        await using LoopbackStunTurnServer server = await TurnBench.StartAsync();
        TurnClient client = TurnBench.Client(server);
        TurnAllocation relay = await client.AllocateAsync(TurnBench.Server(server, StunUriTransport.Udp));

        Task<TurnReceiveResult> pending = relay.ReceiveFromAsync(new byte[100]).AsTask();
        await client.DisposeAsync();

        Func<Task> receive = () => pending, send = () => relay.SendToAsync(new byte[1], new IPEndPoint(IPAddress.Loopback, 9)).AsTask(), allocate = () => client.AllocateAsync(TurnBench.Server(server, StunUriTransport.Udp));
        (await receive.Should().ThrowAsync<TurnException>()).Which.Error.Should().Be(IceError.ClientClosed);
        (await send.Should().ThrowAsync<TurnException>()).Which.Error.Should().Be(IceError.ClientClosed);
        await allocate.Should().ThrowAsync<ObjectDisposedException>();
        (await relay.Ended).Error.Should().Be(IceError.ClientClosed);
        (await server.QueryAsync(m => m.Allocations.Count)).Should().Be(0);
    }

    [Fact]
    [Rfc("TURN-8656-11.1-a")]
    public async Task A_forbidden_peer_is_a_typed_failure_and_others_are_not_affected()
    {
        await using LoopbackStunTurnServer server = await TurnBench.StartAsync(configure: o => o with { IsForbiddenPeer = a => a == IpAddress.Parse("127.0.0.9") });
        await using EchoPeer peer = new();
        await using TurnClient client = TurnBench.Client(server);
        using CancellationTokenSource patience = new(Patience);
        await using TurnAllocation relay = await client.AllocateAsync(TurnBench.Server(server, StunUriTransport.Udp), null, patience.Token);
        var forbidden = new IPEndPoint(IPAddress.Parse("127.0.0.9"), 9);

        Func<Task> send = () => relay.SendToAsync("hello"u8.ToArray(), forbidden, patience.Token).AsTask();
        TurnException refused = (await send.Should().ThrowAsync<TurnException>()).Which;
        await relay.SendToAsync("hello"u8.ToArray(), peer.EndPoint, patience.Token);

        (refused.Failure, refused.ErrorCode).Should().Be((TurnFailure.Forbidden, 403));
        relay.TrySendTo("hello"u8, forbidden).Should().Be(IceSendResult.Unreachable);
        (await relay.ReceiveFromAsync(new byte[100], patience.Token)).Length.Should().Be(5);
    }

    [Fact]
    public async Task Sending_and_receiving_allocate_nothing()
    {
        await using LoopbackStunTurnServer server = await TurnBench.StartAsync();
        await using TurnClient client = TurnBench.Client(server);
        using CancellationTokenSource patience = new(Patience);
        await using TurnAllocation relay = await client.AllocateAsync(TurnBench.Server(server, StunUriTransport.Udp), null, patience.Token);
        using Socket peer = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        peer.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var peerEndPoint = (IPEndPoint)peer.LocalEndPoint!;
        TransportAddress address = TransportAddress.Parse(peerEndPoint.ToString());
        await relay.PermitAsync(peerEndPoint, patience.Token);
        byte[] datagram = new byte[1200];
        Send(2000);

        long before = GC.GetAllocatedBytesForCurrentThread();
        Send(2000);
        long sent = GC.GetAllocatedBytesForCurrentThread() - before;

        sent.Should().Be(0);

        void Send(int count)
        {
            for (int i = 0; i < count; i++)
            {
                relay.TrySendTo(datagram, address);
                relay.TrySendTo(datagram, peerEndPoint);
            }
        }
    }
}
