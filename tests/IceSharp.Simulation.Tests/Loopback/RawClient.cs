using System.Net;
using System.Net.Sockets;
using IceSharp.Protocol;
using IceSharp.Protocol.Stun;
using IceSharp.Simulation.Tests.Server;

namespace IceSharp.Simulation.Tests.Loopback;

/// <summary>A plain UDP socket that speaks to the server byte by byte; every wait has a deadline.</summary>
internal sealed class RawClient : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);
    private readonly Socket _socket;
    private readonly IPEndPoint _server;
    private ulong _transactions;

    public RawClient(IPEndPoint server)
    {
        _server = server;
        _socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        _socket.Bind(new IPEndPoint(server.Address, 0));
    }

    public TransportAddress Local => TransportAddress.Parse(_socket.LocalEndPoint!.ToString()!);

    public StunTransactionId NewId() => new(1, ++_transactions);

    public Task SendAsync(byte[] datagram, TransportAddress? destination = null)
    {
        IPEndPoint to = destination is { } address ? IPEndPoint.Parse(address.ToString()) : _server;
        return _socket.SendToAsync(datagram, SocketFlags.None, to);
    }

    public async Task<(byte[] Bytes, TransportAddress Source)> ReceiveAsync()
    {
        using CancellationTokenSource timeout = new(Deadline);
        byte[] buffer = new byte[2048];
        SocketReceiveFromResult result = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, _server, timeout.Token);
        return (buffer[..result.ReceivedBytes], TransportAddress.Parse(result.RemoteEndPoint.ToString()!));
    }

    public async Task<Message> AskAsync(RequestBuilder request)
    {
        await SendAsync(request.ToArray());
        return new Message((await ReceiveAsync()).Bytes);
    }

    public async Task<Credentials> ChallengeAsync()
    {
        Message challenge = await AskAsync(new RequestBuilder(StunMethod.Allocate, NewId()).Transport());
        challenge.Code.Should().Be(401);
        return new Credentials("alice", "secret", challenge.Text(StunAttributeType.Realm), challenge.Bytes(StunAttributeType.Nonce)!);
    }

    public void Dispose() => _socket.Dispose();
}
