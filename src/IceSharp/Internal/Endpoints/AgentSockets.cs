using System.Diagnostics.CodeAnalysis;
using IceSharp.Internal.Driver;
using IceSharp.Internal.Network;
using IceSharp.Internal.Network.Streams;
using IceSharp.Protocol;

namespace IceSharp.Internal.Endpoints;

/// <summary>The open sockets and streams of one member of a loop, by the names that its machine knows them by. All on the loop but <see cref="CloseWithoutLoop"/>.</summary>
internal sealed class AgentSockets(Loop loop, LoopMember owner)
{
    // Written on the loop; the gate is for closing without it.
    private readonly Lock _gate = new();
    private readonly Dictionary<int, Endpoint> _endpoints = [];
    private readonly List<FramedStream> _streams = [];

    /// <summary>Takes a socket and begins to receive from it.</summary>
    public void Open(SocketHandle handle, IIceUdpSocket socket)
    {
        var endpoint = new Endpoint(loop, owner, handle, socket);
        lock (_gate)
        {
            _endpoints.Add(handle.Id, endpoint);
        }

        if (socket is FramedStream stream)
        {
            _streams.Add(stream);
            stream.Start(loop, owner, endpoint);
            return;
        }

        if (socket is not SystemUdpSocket system)
        {
            socket.NotifyReadable(endpoint.Announce);
            return;
        }

        EndpointTable watched = loop.Watched ?? throw new InvalidOperationException("A loop with an executor of its own cannot watch sockets of the operating system.");
        watched.Add(endpoint, system);
    }

    public bool TryGet(SocketHandle handle, [NotNullWhen(true)] out IIceUdpSocket? socket)
    {
        socket = _endpoints.GetValueOrDefault(handle.Id)?.Socket;
        return socket is not null;
    }

    /// <summary>Closes one socket; false when there is none of that name.</summary>
    public bool Close(SocketHandle handle)
    {
        Endpoint? endpoint;
        lock (_gate)
        {
            _endpoints.Remove(handle.Id, out endpoint);
        }

        if (endpoint is not null)
        {
            Close(endpoint);
        }

        return endpoint is not null;
    }

    /// <summary>Ends streams whose other side has begun a frame and not ended it in time.</summary>
    /// <returns>When to look again.</returns>
    public MonotonicTime HandleTimeout(MonotonicTime now)
    {
        MonotonicTime next = MonotonicTime.Never;
        foreach (FramedStream stream in _streams.ToArray())
        {
            stream.HandleTimeout(now);
            next = MonotonicTime.Min(next, stream.NextDeadline);
        }

        return next;
    }

    /// <summary>Lets a socket go without closing it.</summary>
    public void Forget(SocketHandle handle)
    {
        lock (_gate)
        {
            if (_endpoints.Remove(handle.Id, out Endpoint? endpoint) && endpoint.Socket is FramedStream stream)
            {
                _streams.Remove(stream);
            }
        }
    }

    public void CloseAll()
    {
        lock (_gate)
        {
            foreach (Endpoint endpoint in _endpoints.Values)
            {
                Close(endpoint);
            }

            _endpoints.Clear();
        }
    }

    /// <summary>Closes the sockets when the loop is held up; it forgets them later. Thread safe.</summary>
    public void CloseWithoutLoop()
    {
        lock (_gate)
        {
            foreach (Endpoint endpoint in _endpoints.Values)
            {
                endpoint.Close();
            }
        }
    }

    private void Close(Endpoint endpoint)
    {
        if (endpoint.Socket is FramedStream stream)
        {
            _streams.Remove(stream);
        }

        if (endpoint.Socket is SystemUdpSocket system)
        {
            loop.Watched?.Remove(endpoint, system);
        }

        endpoint.Close();
    }
}
