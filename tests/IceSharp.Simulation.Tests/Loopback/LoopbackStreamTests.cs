using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using IceSharp.Protocol;
using IceSharp.Protocol.Stun;
using IceSharp.Simulation.Tests.Server;
using IceSharp.TestMarks;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Loopback;

public class LoopbackStreamTests
{
    [Theory]
    [InlineData(ServerTransport.Tcp)]
    [InlineData(ServerTransport.Tls)]
    [Rfc("STUN-8489-12-a")]
    [Rfc("TURN-8656-5-j")]
    public async Task A_client_on_a_stream_gets_its_binding_response_and_relays(ServerTransport transport)
    {
        await using LoopbackStunTurnServer server = await StartAsync();
        using RawStreamClient alice = await ConnectAsync(server, transport);
        using RawClient bob = new(server.Endpoint);
        (await alice.AskAsync(new RequestBuilder(StunMethod.Binding, alice.NewId()))).Address(StunAttributeType.XorMappedAddress).Should().Be(alice.Local);

        Credentials credentials = await alice.ChallengeAsync();
        Message allocated = await alice.AskAsync(new RequestBuilder(StunMethod.Allocate, alice.NewId()).Transport().Sign(credentials));
        TransportAddress relayed = allocated.Address(StunAttributeType.XorRelayedAddress);
        (await alice.AskAsync(new RequestBuilder(StunMethod.ChannelBind, alice.NewId()).Channel(0x4000).Peer($"{bob.Local}").Sign(credentials))).IsSuccess.Should().BeTrue();

        // Three frames in one piece, with the padding of streams between them.
        await alice.SendAsync(new byte[] { 0x40, 0, 0, 1, 65, 0, 0, 0, 0x40, 0, 0, 0, 0x40, 0, 0, 2, 66, 67, 0, 0 });
        (byte[] first, TransportAddress source) = await bob.ReceiveAsync();
        first.Should().Equal(65);
        source.Should().Be(relayed);
        (await bob.ReceiveAsync()).Bytes.Should().BeEmpty();
        (await bob.ReceiveAsync()).Bytes.Should().Equal(66, 67);
    }

    [Fact]
    [Rfc("TURN-8656-12.5-a")]
    public async Task Data_to_a_stream_is_padded_to_a_multiple_of_four()
    {
        await using LoopbackStunTurnServer server = await StartAsync();
        using RawStreamClient alice = await ConnectAsync(server, ServerTransport.Tcp);
        using RawClient bob = new(server.Endpoint);
        Credentials credentials = await alice.ChallengeAsync();
        Message allocated = await alice.AskAsync(new RequestBuilder(StunMethod.Allocate, alice.NewId()).Transport().Sign(credentials));
        await alice.AskAsync(new RequestBuilder(StunMethod.ChannelBind, alice.NewId()).Channel(0x4000).Peer($"{bob.Local}").Sign(credentials));

        await bob.SendAsync("abcde"u8.ToArray(), allocated.Address(StunAttributeType.XorRelayedAddress));

        byte[] received = new byte[100];
        (await alice.ReadAsync(received)).Should().Be(12);
        received[..12].Should().Equal(0x40, 0, 0, 5, 97, 98, 99, 100, 101, 0, 0, 0);
    }

    [Fact]
    [Rfc("SRV-8656-5-b")]
    public async Task A_control_connection_that_closes_ends_its_allocation()
    {
        await using LoopbackStunTurnServer server = await StartAsync();
        RawStreamClient alice = await ConnectAsync(server, ServerTransport.Tcp);
        Credentials credentials = await alice.ChallengeAsync();
        await alice.AskAsync(new RequestBuilder(StunMethod.Allocate, alice.NewId()).Transport().Sign(credentials));
        (await server.QueryAsync(m => m.Allocations.Count)).Should().Be(1);

        alice.Dispose();

        using CancellationTokenSource timeout = new(TimeSpan.FromSeconds(10));
        while (await server.QueryAsync(m => m.Allocations.Count) != 0)
        {
            timeout.Token.ThrowIfCancellationRequested();
        }
    }

    [Theory]
    [InlineData("FF", 1)]
    [InlineData("0001000100", 1)]
    [InlineData("000100002112A443", 1)]
    [InlineData("010100002112A442000000000000000000000000", 100)] // a response that nobody asked for: harmless once
    [Rfc("TURN-5766-4-a")]
    public async Task A_stream_of_nonsense_is_closed(string piece, int times)
    {
        await using LoopbackStunTurnServer server = await StartAsync();
        using RawStreamClient alice = await ConnectAsync(server, ServerTransport.Tcp);
        (await alice.AskAsync(new RequestBuilder(StunMethod.Binding, alice.NewId()))).IsSuccess.Should().BeTrue();

        byte[] bytes = Convert.FromHexString(piece);
        await alice.SendAsync(Enumerable.Repeat(bytes, times).SelectMany(b => b).ToArray());

        (await alice.ReceiveAsync()).Should().BeNull();
    }

    [Fact]
    [Rfc("TURN-8656-4.1-a")]
    public async Task Its_URIs_say_turns_over_TLS_and_turn_otherwise()
    {
        await using LoopbackStunTurnServer server = await StartAsync();

        foreach ((string? text, StunUriScheme scheme, int port) in new[]
        {
            (server.TurnUri, StunUriScheme.Turn, server.Endpoint.Port), (server.TurnTcpUri, StunUriScheme.Turn, server.TcpEndpoint!.Port), (server.TurnsUri, StunUriScheme.Turns, server.TlsEndpoint!.Port),
        })
        {
            StunUri uri = StunUri.Parse(text!);
            (uri.Scheme, uri.Port).Should().Be((scheme, (ushort)port));
        }
    }

    [Fact]
    [Rfc("TCP-6062-4.5-a")]
    [Rfc("TCP-6062-5.4-b")]
    [Rfc("TCP-6062-5.5-a")]
    public async Task Bytes_of_a_peer_come_in_order_those_from_before_the_stream_was_bound_first()
    {
        await using LoopbackStunTurnServer server = await StartAsync();
        using RawStreamClient control = await ConnectAsync(server, ServerTransport.Tcp);
        Credentials credentials = await control.ChallengeAsync();
        Message allocated = await control.AskAsync(new RequestBuilder(StunMethod.Allocate, control.NewId()).Transport(6).Sign(credentials));
        await control.AskAsync(new RequestBuilder(StunMethod.CreatePermission, control.NewId()).Peer("127.0.0.1:1").Sign(credentials));
        using TcpClient peer = new(AddressFamily.InterNetwork);
        await peer.ConnectAsync(IPEndPoint.Parse($"{allocated.Address(StunAttributeType.XorRelayedAddress)}"));
        byte[] sent = new byte[300_000];
        new Random(1).NextBytes(sent);
        Task early = peer.GetStream().WriteAsync(sent).AsTask();

        Message attempt = new((await control.ReceiveAsync())!);
        attempt.Method.Should().Be(StunMethod.ConnectionAttempt);
        attempt.Address(StunAttributeType.XorPeerAddress).Should().Be(TransportAddress.Parse($"{peer.Client.LocalEndPoint}"));
        using RawStreamClient data = await ConnectAsync(server, ServerTransport.Tcp);
        byte[] id = attempt.Bytes(StunAttributeType.ConnectionId)!;
        Message challenge = await data.AskAsync(new RequestBuilder(StunMethod.ConnectionBind, data.NewId()).Raw(StunAttributeType.ConnectionId, id));
        Credentials there = credentials with { Nonce = challenge.Bytes(StunAttributeType.Nonce)! };
        await data.SendAsync(new RequestBuilder(StunMethod.ConnectionBind, data.NewId()).Raw(StunAttributeType.ConnectionId, id).Sign(there).ToArray());

        // The response and what follows it in the same read: raw bytes from there on.
        MemoryStream received = new();
        byte[] buffer = new byte[65536];
        int responseBytes = 0;
        while (responseBytes == 0 || received.Length < responseBytes + sent.Length)
        {
            int count = await data.ReadAsync(buffer);
            count.Should().BePositive();
            received.Write(buffer, 0, count);
            responseBytes = received.Length < 4 ? 0 : 20 + BinaryPrimitives.ReadUInt16BigEndian(received.GetBuffer().AsSpan(2));
        }

        await early;
        new Message(received.ToArray()[..responseBytes]).IsSuccess.Should().BeTrue();
        received.ToArray().AsSpan(responseBytes).SequenceEqual(sent).Should().BeTrue();
        await data.SendAsync("back"u8.ToArray());
        int got = await peer.GetStream().ReadAsync(buffer);
        buffer[..got].Should().Equal("back"u8.ToArray());

        peer.Close();
        (await data.ReadAsync(buffer)).Should().Be(0, "each end closes the other");
    }

    [Fact]
    [Rfc("TCP-6062-4.3-b")]
    public async Task The_server_connects_to_a_peer_from_the_relayed_address()
    {
        await using LoopbackStunTurnServer server = await StartAsync();
        using RawStreamClient control = await ConnectAsync(server, ServerTransport.Tls);
        Credentials credentials = await control.ChallengeAsync();
        Message allocated = await control.AskAsync(new RequestBuilder(StunMethod.Allocate, control.NewId()).Transport(6).Sign(credentials));
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        Task<TcpClient> accepting = listener.AcceptTcpClientAsync();

        Message connected = await control.AskAsync(new RequestBuilder(StunMethod.Connect, control.NewId()).Peer($"{listener.LocalEndpoint}").Sign(credentials));

        connected.IsSuccess.Should().BeTrue();
        connected.Has(StunAttributeType.ConnectionId).Should().BeTrue();
        using TcpClient peer = await accepting;
        TransportAddress.Parse($"{peer.Client.RemoteEndPoint}").Should().Be(allocated.Address(StunAttributeType.XorRelayedAddress));
        int free = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        (await control.AskAsync(new RequestBuilder(StunMethod.Connect, control.NewId()).Peer($"127.0.0.2:{free}").Sign(credentials))).Code.Should().Be(447);
    }

    private static Task<LoopbackStunTurnServer> StartAsync() =>
        LoopbackStunTurnServer.StartAsync(new LoopbackServerOptions { Users = new Dictionary<string, string> { ["alice"] = "secret" }, UseTls = true });

    private static Task<RawStreamClient> ConnectAsync(LoopbackStunTurnServer server, ServerTransport transport) =>
        transport == ServerTransport.Tls ? RawStreamClient.ConnectAsync(server.TlsEndpoint!, server.Certificate) : RawStreamClient.ConnectAsync(server.TcpEndpoint!);
}
