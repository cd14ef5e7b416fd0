using System.Net;
using System.Threading.Channels;
using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Transactions;
using IceSharp.TestMarks;
using IceSharp.TestServers;

namespace IceSharp.Tests.Stun;

public sealed class StunClientDtlsTests
{
    [Fact]
    [Rfc("DTLS-7350-3-a")]
    public async Task A_factory_carries_secure_URIs_with_the_repeats_of_UDP()
    {
        var factory = new LossyFactory(losses: 1);
        await using var client = new StunClient(new StunClientOptions
        {
            Transports = [StunUriTransport.Dtls],
            Dtls = factory,
            NameResolver = TableResolver.Loopback("stun.example.test"),
            Retransmission = new StunRetransmissionSettings { InitialRto = TimeSpan.FromMilliseconds(50) },
        });

        StunBinding binding = await client.BindAsync(StunUri.Parse("stuns:stun.example.test"));

        binding.Transport.Should().Be(StunUriTransport.Dtls);
        factory.ServerName.Should().Be("stun.example.test");
        factory.Server.Should().Be(new IPEndPoint(IPAddress.Loopback, 5349));
        factory.Sent.Should().BeGreaterThan(1);
    }

    [Fact]
    [Rfc("DTLS-7350-3-c")]
    [Rfc("DTLS-7350-4.6.1-a")]
    public async Task A_TURN_URI_over_secure_UDP_uses_one_association_until_the_client_ends()
    {
        var factory = new LossyFactory(losses: 0);
        var client = new StunClient(new StunClientOptions { Dtls = factory, NameResolver = TableResolver.Loopback("turn.example.test") });

        await client.BindAsync(StunUri.Parse("turns:turn.example.test?transport=udp"));
        await client.BindAsync(StunUri.Parse("turns:turn.example.test?transport=udp"));

        (factory.Opened, factory.Closed).Should().Be((1, 0));
        await client.DisposeAsync();
        factory.Closed.Should().Be(1);
    }

    private sealed class LossyFactory(int losses) : IDtlsTransportFactory
    {
        public string? ServerName { get; private set; }

        public IPEndPoint? Server { get; private set; }

        public int Sent { get; set; }

        public int Losses => losses;

        public int Opened { get; set; }

        public int Closed { get; set; }

        public ValueTask<IDtlsTransport> ConnectAsync(IPEndPoint server, string serverName, IceTlsOptions options, CancellationToken cancellationToken)
        {
            Opened++;
            (Server, ServerName) = (server, serverName);
            return new(new Association(this));
        }
    }

    private sealed class Association(LossyFactory factory) : IDtlsTransport
    {
        private readonly Channel<byte[]> _answers = Channel.CreateUnbounded<byte[]>();

        public ValueTask SendAsync(ReadOnlyMemory<byte> datagram, CancellationToken cancellationToken)
        {
            if (++factory.Sent > factory.Losses)
            {
                _answers.Writer.TryWrite(StunReplies.Success(datagram.ToArray(), new IPEndPoint(IPAddress.Parse("203.0.113.1"), 5000)));
            }

            return ValueTask.CompletedTask;
        }

        public async ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            byte[] answer = await _answers.Reader.ReadAsync(cancellationToken);
            answer.CopyTo(buffer);
            return answer.Length;
        }

        public ValueTask DisposeAsync()
        {
            factory.Closed++;
            return ValueTask.CompletedTask;
        }
    }
}
