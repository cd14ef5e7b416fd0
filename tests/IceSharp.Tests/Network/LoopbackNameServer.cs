using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using IceSharp.Protocol;
using IceSharp.TestDns;

namespace IceSharp.Tests.Network;

/// <summary>A name server on a loopback port, over UDP and TCP; what it answers is the test's.</summary>
internal sealed class LoopbackNameServer : IAsyncDisposable
{
    private readonly Func<Query, byte[]?> _answer;
    private readonly UdpClient _udp;
    private readonly TcpListener _tcp;
    private readonly CancellationTokenSource _closing = new();
    private readonly Task[] _work;
    private readonly List<Query> _queries = [];
    private readonly SemaphoreSlim _arrivals = new(0);

    /// <param name="answer">The response to a query; null is silence.</param>
    public LoopbackNameServer(Func<Query, byte[]?> answer)
    {
        _answer = answer;
        (_udp, _tcp) = Bind();
        int port = ((IPEndPoint)_udp.Client.LocalEndPoint!).Port;
        Address = new TransportAddress(IpAddress.LoopbackV4, (ushort)port);
        _work = [ServeUdpAsync(), ServeTcpAsync()];
    }

    public TransportAddress Address { get; }

    public IReadOnlyList<Query> Queries
    {
        get
        {
            lock (_queries)
            {
                return [.. _queries];
            }
        }
    }

    /// <summary>A server with records: what is not there does not exist.</summary>
    public static LoopbackNameServer With(Dictionary<(string Name, ushort Type), Func<DnsResponseBuilder, DnsResponseBuilder>> records) => new(query =>
        records.TryGetValue((query.Name, query.Type), out Func<DnsResponseBuilder, DnsResponseBuilder>? add)
            ? add(DnsResponseBuilder.For(query.Bytes)).ToArray()
            : DnsResponseBuilder.For(query.Bytes, 0x8183).ToArray());

    /// <summary>Waits for that many more queries.</summary>
    public async Task ArrivedAsync(int count)
    {
        for (int i = 0; i < count; i++)
        {
            (await _arrivals.WaitAsync(TimeSpan.FromSeconds(20))).Should().BeTrue("query {0} of {1} arrives", i + 1, count);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        _udp.Dispose();
        _tcp.Dispose();
        await Task.WhenAll(_work);
        _closing.Dispose();
        _arrivals.Dispose();
    }

    // TCP on the port that UDP got; another process may have it, so a few tries.
    private static (UdpClient Udp, TcpListener Tcp) Bind()
    {
        for (int i = 0; ; i++)
        {
            var udp = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
            var tcp = new TcpListener((IPEndPoint)udp.Client.LocalEndPoint!);
            try
            {
                tcp.Start();
                return (udp, tcp);
            }
            catch (SocketException) when (i < 20)
            {
                udp.Dispose();
                tcp.Dispose();
            }
        }
    }

    private byte[]? Answer(ReadOnlySpan<byte> bytes, bool overTcp, IPEndPoint client)
    {
        (string name, ushort type) = DnsResponseBuilder.ReadQuestion(bytes);
        var query = new Query(name, type, bytes.ToArray(), overTcp, client.Port);
        lock (_queries)
        {
            _queries.Add(query);
        }

        _arrivals.Release();

        return _answer(query);
    }

    private async Task ServeUdpAsync()
    {
        try
        {
            while (true)
            {
                UdpReceiveResult received = await _udp.ReceiveAsync(_closing.Token);
                if (Answer(received.Buffer, overTcp: false, received.RemoteEndPoint) is { } response)
                {
                    await _udp.SendAsync(response, received.RemoteEndPoint, _closing.Token);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
        {
        }
    }

    private async Task ServeTcpAsync()
    {
        try
        {
            while (true)
            {
                using Socket socket = await _tcp.AcceptSocketAsync(_closing.Token);
                await using var stream = new NetworkStream(socket);
                byte[] length = new byte[2];
                await stream.ReadExactlyAsync(length, _closing.Token);
                byte[] query = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
                await stream.ReadExactlyAsync(query, _closing.Token);
                if (Answer(query, overTcp: true, (IPEndPoint)socket.RemoteEndPoint!) is { } response)
                {
                    await stream.WriteAsync((byte[])[(byte)(response.Length >> 8), (byte)response.Length, .. response], _closing.Token);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException or IOException)
        {
        }
    }

    public sealed record Query(string Name, ushort Type, byte[] Bytes, bool OverTcp, int ClientPort);
}
