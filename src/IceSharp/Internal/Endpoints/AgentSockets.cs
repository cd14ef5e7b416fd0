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

    /// <summary>Lets a socket go without closing it.</summary>
    public void Forget(SocketHandle handle)
    {
        lock (_gate)
        {
            _endpoints.Remove(handle.Id);
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
        if (endpoint.Socket is SystemUdpSocket system)
        {
            loop.Watched?.Remove(endpoint, system);
        }

        endpoint.Close();
    }
}
