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

    public IEnumerable<Socket> Acceptors => _acceptors.Keys;

    /// <summary>Opens a socket that clients connect to.</summary>
    public static Socket Listen(TransportAddress local)
    {
        IPEndPoint endpoint = SocketAddressCodec.ToEndPoint(local);
        Socket socket = new(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        try
        {
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

    public void AddListener(Socket acceptor, SocketHandle listener, SslServerAuthenticationOptions? tls) => _acceptors.Add(acceptor, (listener, tls));

    public bool TryAccept(Socket acceptor)
    {
        if (!_acceptors.TryGetValue(acceptor, out (SocketHandle Listener, SslServerAuthenticationOptions? Tls) from))
        {
            return false;
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

    public void Dispose()
    {
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

    private static TransportAddress RemoteOf(Socket socket) => SocketAddressCodec.Read(((IPEndPoint)socket.RemoteEndPoint!).Serialize());

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
        }
    }
}
