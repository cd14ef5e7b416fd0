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

    private sealed class LossyFactory(int losses) : IDtlsTransportFactory
    {
        public string? ServerName { get; private set; }

        public IPEndPoint? Server { get; private set; }

        public int Sent { get; set; }

        public int Losses => losses;

        public ValueTask<IDtlsTransport> ConnectAsync(IPEndPoint server, string serverName, IceTlsOptions options, CancellationToken cancellationToken)
        {
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

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
