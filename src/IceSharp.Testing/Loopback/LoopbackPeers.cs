using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>The TCP connections of relayed addresses to peers and from them (RFC 6062). Nothing is read from one before it is joined to a client's: the system keeps what comes.</summary>
internal sealed class LoopbackPeers(LoopbackLoop loop, StunTurnServerMachine machine)
{
    private readonly Dictionary<Socket, SocketHandle> _acceptors = [];
    private readonly Dictionary<SocketHandle, Socket> _waiting = [];
    private readonly Dictionary<SocketHandle, LoopbackStream> _joined = [];

    public IEnumerable<Socket> Acceptors => _acceptors.Keys;

    /// <summary>Opens a relayed address; connections to peers leave from it too.</summary>
    public void Listen(SocketHandle relay, TransportAddress local) => _acceptors.Add(LoopbackStreams.Listen(local, shared: true), relay);

    public bool TryAccept(Socket acceptor)
    {
        if (!_acceptors.TryGetValue(acceptor, out SocketHandle relay))
        {
            return false;
        }

        try
        {
            Socket accepted = acceptor.Accept();
            SocketHandle handle = machine.HandlePeerConnection(loop.Now, relay, LoopbackStreams.RemoteOf(accepted));
            if (handle.IsNone)
            {
                accepted.Dispose();
            }
            else
            {
                _waiting.Add(handle, accepted);
            }
        }
        catch (SocketException)
        {
            // Gone before it was accepted.
        }

        return true;
    }

    public void Connect(ConnectPeer request)
    {
        Socket socket = new(SocketAddressCodec.ToEndPoint(request.Peer).AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            LoopbackStreams.SharePort(socket);
            socket.Bind(SocketAddressCodec.ToEndPoint(request.LocalAddress));
        }
        catch (SocketException)
        {
            socket.Dispose();
            machine.HandleHostAnswer(loop.Now, new PeerStreamRefused(request.Socket));
            return;
        }

        _waiting.Add(request.Socket, socket);
        _ = ConnectAsync(request, socket);
    }

    /// <summary>Begins to copy what a peer sends to a client.</summary>
    public bool TryStart(SocketHandle handle, LoopbackStream client, [NotNullWhen(true)] out LoopbackStream? peer)
    {
        peer = null;
        if (!_waiting.Remove(handle, out Socket? socket))
        {
            return false;
        }

        peer = new LoopbackStream(socket, handle, default, tls: null);
        _joined.Add(handle, peer);
        peer.JoinTo(client);
        peer.Start((_, _) => Task.CompletedTask, closed => loop.Post(() =>
        {
            machine.HandlePeerStreamClosed(loop.Now, closed.Handle);
            loop.Drain();
        }));
        return true;
    }

    /// <summary>Closes a relayed address, or a connection once what is queued has left.</summary>
    public void Close(SocketHandle handle)
    {
        foreach ((Socket acceptor, SocketHandle relay) in _acceptors)
        {
            if (relay == handle)
            {
                acceptor.Dispose();
                _acceptors.Remove(acceptor);
                return;
            }
        }

        if (_waiting.Remove(handle, out Socket? waiting))
        {
            waiting.Dispose();
        }

        if (_joined.Remove(handle, out LoopbackStream? stream))
        {
            stream.Finish();
        }
    }

    public void Dispose()
    {
        foreach (Socket socket in _acceptors.Keys.Concat(_waiting.Values))
        {
            socket.Dispose();
        }

        foreach (LoopbackStream stream in _joined.Values)
        {
            stream.Dispose();
        }
    }

    private async Task ConnectAsync(ConnectPeer request, Socket socket)
    {
        bool connected = true;
        try
        {
            await socket.ConnectAsync(SocketAddressCodec.ToEndPoint(request.Peer)).ConfigureAwait(false);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            connected = false;
        }

        loop.Post(() =>
        {
            if (!connected)
            {
                Close(request.Socket);
            }

            machine.HandleHostAnswer(loop.Now, connected ? new PeerStreamOpened(request.Socket) : new PeerStreamRefused(request.Socket));
            loop.Drain();
        });
    }
}
