using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using IceSharp.Protocol;
using IceSharp.Protocol.Framing;

namespace IceSharp.Testing;

/// <summary>The connections of a loopback server: accepted, framed, fed to the machine, and closed.</summary>
internal sealed class LoopbackStreams(LoopbackLoop loop, StunTurnServerMachine machine)
{
    private readonly Dictionary<Socket, (SocketHandle Listener, SslServerAuthenticationOptions? Tls)> _acceptors = [];
    private readonly Dictionary<(SocketHandle, TransportAddress), LoopbackStream> _clients = [];
    private readonly LoopbackPeers _peers = new(loop, machine);

    public IEnumerable<Socket> Acceptors => _acceptors.Keys.Concat(_peers.Acceptors);

    /// <summary>Opens a socket that clients connect to.</summary>
    /// <param name="local">Address and port.</param>
    /// <param name="shared">Whether connections are made from this address too (RFC 6062 §5.2).</param>
    public static Socket Listen(TransportAddress local, bool shared)
    {
        IPEndPoint endpoint = SocketAddressCodec.ToEndPoint(local);
        Socket socket = new(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        try
        {
            if (shared)
            {
                SharePort(socket);
            }

            socket.Bind(endpoint);
            socket.Listen();
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Lets a listening socket and connections that leave have one address.</summary>
    public static void SharePort(Socket socket)
    {
        const int SolSocket = 1;
        const int SoReusePort = 15;
        if (OperatingSystem.IsLinux())
        {
            socket.SetRawSocketOption(SolSocket, SoReusePort, BitConverter.GetBytes(1));
        }
        else
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        }
    }

    public void AddListener(Socket acceptor, SocketHandle listener, SslServerAuthenticationOptions? tls) => _acceptors.Add(acceptor, (listener, tls));

    public bool TryAccept(Socket acceptor)
    {
        if (!_acceptors.TryGetValue(acceptor, out (SocketHandle Listener, SslServerAuthenticationOptions? Tls) from))
        {
            return _peers.TryAccept(acceptor);
        }

        try
        {
            Socket accepted = acceptor.Accept();
            LoopbackStream stream = new(accepted, from.Listener, RemoteOf(accepted), from.Tls);
            _clients[(stream.Handle, stream.Remote)] = stream;
            stream.Start(HandOverAsync, s => loop.Post(() => Closed(s)));
        }
        catch (SocketException)
        {
            // Gone before it was accepted.
        }

        return true;
    }

    /// <summary>Sends a message to a client on its stream.</summary>
    public bool TrySend(in Transmit transmit, ReadOnlySpan<byte> message)
    {
        if (!_clients.TryGetValue((transmit.Socket, transmit.Destination), out LoopbackStream? stream))
        {
            return false;
        }

        if (!stream.TrySend(message))
        {
            stream.Dispose();
        }

        return true;
    }

    /// <summary>Opens a relayed address for peers that connect.</summary>
    public void ListenForPeers(SocketHandle relay, TransportAddress local) => _peers.Listen(relay, local);

    public void ConnectPeer(ConnectPeer request) => _peers.Connect(request);

    /// <summary>Copies from now on; what the client sent behind its ConnectionBind first.</summary>
    public void Join(JoinStreams join)
    {
        if (!_clients.TryGetValue((join.Listener, join.Client), out LoopbackStream? client) || !_peers.TryStart(join.Socket, client, out LoopbackStream? peer))
        {
            return;
        }

        client.JoinTo(peer);
    }

    /// <summary>Closes a client's connection once what is queued has left.</summary>
    public void Finish(SocketHandle listener, TransportAddress client)
    {
        if (_clients.TryGetValue((listener, client), out LoopbackStream? stream))
        {
            stream.Finish();
        }
    }

    public void ClosePeer(SocketHandle handle) => _peers.Close(handle);

    public void Dispose()
    {
        _peers.Dispose();
        foreach (Socket acceptor in _acceptors.Keys)
        {
            acceptor.Dispose();
        }

        foreach (LoopbackStream stream in _clients.Values)
        {
            stream.Dispose();
        }

        _acceptors.Clear();
        _clients.Clear();
    }

    public static TransportAddress RemoteOf(Socket socket) => SocketAddressCodec.Read(((IPEndPoint)socket.RemoteEndPoint!).Serialize());

    // Reading goes on only when the loop has worked this in.
    private Task HandOverAsync(LoopbackStream stream, ReadOnlyMemory<byte> bytes)
    {
        TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        bool posted = loop.Post(() =>
        {
            Receive(stream, bytes.Span);
            done.SetResult();
        });
        return posted ? done.Task : Task.CompletedTask;
    }

    private void Receive(LoopbackStream stream, ReadOnlySpan<byte> bytes)
    {
        stream.Framer.Append(bytes);
        StreamFrameStatus status;
        while ((status = stream.Framer.TryRead(out StreamFrame frame)) == StreamFrameStatus.Frame)
        {
            DatagramVerdict verdict = machine.HandleDatagram(loop.Now, new TransportPath(stream.Handle, stream.Remote), frame.Bytes);
            stream.Patience.HandleFrame(verdict.Kind != VerdictKind.Dropped);
            loop.Drain();
        }

        // Out of step, or nothing but nonsense for long: there is no way back (RFC 5766 §4).
        if (status != StreamFrameStatus.NeedMore || stream.Patience.IsOver)
        {
            stream.Dispose();
        }
    }

    private void Closed(LoopbackStream stream)
    {
        if (_clients.TryGetValue((stream.Handle, stream.Remote), out LoopbackStream? known) && known == stream)
        {
            _clients.Remove((stream.Handle, stream.Remote));
            machine.HandleStreamClosed(loop.Now, stream.Handle, stream.Remote);
            loop.Drain();
        }
    }
}
