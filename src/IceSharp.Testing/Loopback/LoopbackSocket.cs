using System.Net;
using System.Net.Sockets;
using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>A non-blocking UDP socket of the loopback server.</summary>
internal sealed class LoopbackSocket : IDisposable
{
    private readonly SocketAddress _source;
    private readonly SocketAddress _destination;

    private LoopbackSocket(Socket socket, TransportAddress localAddress)
    {
        Socket = socket;
        LocalAddress = localAddress;
        _source = new SocketAddress(socket.AddressFamily);
        _destination = new SocketAddress(socket.AddressFamily);
    }

    public Socket Socket { get; }

    public TransportAddress LocalAddress { get; }

    /// <summary>Opens and binds; throws <see cref="SocketException"/> when that cannot be.</summary>
    public static LoopbackSocket Bind(TransportAddress local)
    {
        AddressFamily family = local.Family == IpFamily.IPv6 ? AddressFamily.InterNetworkV6 : AddressFamily.InterNetwork;
        Socket socket = new(family, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
        try
        {
            IgnoreUnreachable(socket);
            socket.Bind(SocketAddressCodec.ToEndPoint(local));
            return new LoopbackSocket(socket, local with { Port = (ushort)((IPEndPoint)socket.LocalEndPoint!).Port });
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Takes a datagram; false when there is none, or when the system reports an error of an earlier send instead.</summary>
    public bool TryReceive(Span<byte> buffer, out int length, out TransportAddress source)
    {
        try
        {
            length = Socket.ReceiveFrom(buffer, SocketFlags.None, _source);
            source = SocketAddressCodec.Read(_source);
            return true;
        }
        catch (SocketException)
        {
            (length, source) = (0, default);
            return false;
        }
    }

    /// <summary>Sends; what the system does not take is lost, as UDP datagrams are.</summary>
    public void Send(TransportAddress destination, ReadOnlySpan<byte> datagram)
    {
        if (destination.Family != LocalAddress.Family)
        {
            return;
        }

        SocketAddressCodec.Write(destination, _destination);
        try
        {
            Socket.SendTo(datagram, SocketFlags.None, _destination);
        }
        catch (SocketException)
        {
        }
    }

    public void Dispose() => Socket.Dispose();

    // Windows reports "port unreachable" of one peer as an error of the next receive from anybody.
    private static void IgnoreUnreachable(Socket socket)
    {
        const int UdpConnectionReset = -1744830452;
        if (OperatingSystem.IsWindows())
        {
            socket.IOControl(UdpConnectionReset, [0, 0, 0, 0], null);
        }
    }
}
