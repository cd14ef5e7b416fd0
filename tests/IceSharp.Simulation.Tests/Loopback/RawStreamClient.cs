using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using IceSharp.Protocol;
using IceSharp.Protocol.Framing;
using IceSharp.Protocol.Stun;
using IceSharp.Simulation.Tests.Server;

namespace IceSharp.Simulation.Tests.Loopback;

/// <summary>A TCP or TLS connection to the server that speaks frame by frame; every wait has a deadline.</summary>
internal sealed class RawStreamClient : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);
    private readonly TcpClient _client;
    private readonly Stream _stream;
    private readonly StreamFramer _framer = new();
    private readonly byte[] _buffer = new byte[65536];
    private ulong _transactions;

    private RawStreamClient(TcpClient client, Stream stream)
    {
        _client = client;
        _stream = stream;
    }

    public TransportAddress Local => TransportAddress.Parse(_client.Client.LocalEndPoint!.ToString()!);

    public static async Task<RawStreamClient> ConnectAsync(IPEndPoint server, X509Certificate2? trusted = null)
    {
        TcpClient client = new(server.AddressFamily);
        await client.ConnectAsync(server);
        if (trusted is null)
        {
            return new RawStreamClient(client, client.GetStream());
        }

        SslStream secure = new(client.GetStream());
        X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(trusted);
        await secure.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", CertificateChainPolicy = policy });
        return new RawStreamClient(client, secure);
    }

    public StunTransactionId NewId() => new(2, ++_transactions);

    public async Task SendAsync(ReadOnlyMemory<byte> bytes) => await _stream.WriteAsync(bytes);

    /// <summary>The next frame, or null when the server has closed the connection.</summary>
    public async Task<byte[]?> ReceiveAsync()
    {
        while (true)
        {
            if (_framer.TryRead(out StreamFrame frame) == StreamFrameStatus.Frame)
            {
                return frame.Bytes.ToArray();
            }

            int count = await ReadAsync(_buffer);
            if (count == 0)
            {
                return null;
            }

            _framer.Append(_buffer.AsSpan(0, count));
        }
    }

    /// <summary>Bytes as they come; 0 when the server has closed the connection.</summary>
    public async Task<int> ReadAsync(Memory<byte> buffer)
    {
        using CancellationTokenSource timeout = new(Deadline);
        try
        {
            return await _stream.ReadAsync(buffer, timeout.Token);
        }
        catch (IOException)
        {
            return 0;
        }
    }

    public async Task<Message> AskAsync(RequestBuilder request)
    {
        await SendAsync(request.ToArray());
        return new Message((await ReceiveAsync())!);
    }

    public async Task<Credentials> ChallengeAsync()
    {
        Message challenge = await AskAsync(new RequestBuilder(StunMethod.Allocate, NewId()).Transport());
        challenge.Code.Should().Be(401);
        return new Credentials("alice", "secret", challenge.Text(StunAttributeType.Realm), challenge.Bytes(StunAttributeType.Nonce)!);
    }

    public void Dispose()
    {
        _stream.Dispose();
        _client.Dispose();
    }
}
