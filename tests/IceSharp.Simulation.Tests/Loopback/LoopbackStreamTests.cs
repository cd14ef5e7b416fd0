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

    private static Task<LoopbackStunTurnServer> StartAsync() =>
        LoopbackStunTurnServer.StartAsync(new LoopbackServerOptions { Users = new Dictionary<string, string> { ["alice"] = "secret" }, UseTls = true });

    private static Task<RawStreamClient> ConnectAsync(LoopbackStunTurnServer server, ServerTransport transport) =>
        transport == ServerTransport.Tls ? RawStreamClient.ConnectAsync(server.TlsEndpoint!, server.Certificate) : RawStreamClient.ConnectAsync(server.TcpEndpoint!);
}
