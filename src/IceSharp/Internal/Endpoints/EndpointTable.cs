using IceSharp.Internal.Network;
using IceSharp.Protocol;

namespace IceSharp.Internal.Endpoints;

/// <summary>The endpoints that a poller watches, by token. A token is never used twice, so a late report cannot hit another socket.</summary>
internal sealed class EndpointTable(Poller poller)
{
    private readonly Dictionary<long, Endpoint> _endpoints = [];
    private readonly DatagramBatch _batch = new();
    private long _lastToken;
    private Endpoint? _lastRead;

    public int Count => _endpoints.Count;

    public void Add(Endpoint endpoint, SystemUdpSocket socket)
    {
        endpoint.Token = ++_lastToken;
        poller.Add(socket.Socket, endpoint.Token);
        _endpoints.Add(endpoint.Token, endpoint);
    }

    public void Remove(Endpoint endpoint, SystemUdpSocket socket)
    {
        if (_endpoints.Remove(endpoint.Token))
        {
            _lastRead = null;
            poller.Remove(socket.Socket, endpoint.Token);
        }
    }

    public void Read(ReadOnlySpan<long> ready, MonotonicTime now, bool backlogged)
    {
        foreach (long token in ready)
        {
            Find(token)?.Read(now, _batch, backlogged);
        }
    }

    // Mostly the same socket again and again: one look at it instead of a walk through a cold table.
    private Endpoint? Find(long token)
    {
        if (_lastRead is { } last && last.Token == token)
        {
            return last;
        }

        return _lastRead = _endpoints.GetValueOrDefault(token);
    }
}
