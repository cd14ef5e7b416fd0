using System.Net;
using System.Net.Sockets;
using IceSharp.Internal.Network.Dns;
using IceSharp.Internal.Network.Streams;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;

namespace IceSharp.Internal.Network;

/// <summary>The operating system's network. What takes time runs on the thread pool.</summary>
internal sealed class SystemNetwork(bool portable, int receiveBufferBytes, int sendBufferBytes) : IIceNetwork
{
    private const int WindowsConnectionReset = unchecked((int)0x9800000C); // SIO_UDP_CONNRESET

    public async ValueTask<IReadOnlyList<LocalInterfaceAddress>> ListInterfacesAsync(CancellationToken cancellationToken) =>
        await Task.Run(InterfaceLister.List, cancellationToken).ConfigureAwait(false);

    public async ValueTask<IIceUdpSocket> BindUdpAsync(LocalInterfaceAddress localAddress, int port, CancellationToken cancellationToken) =>
        await Task.Run(() => Bind(localAddress, port), cancellationToken).ConfigureAwait(false);

    public IDisposable WatchInterfaces(Action changed) => new InterfaceWatch(changed);

    public async ValueTask<LocalInterfaceAddress?> FindRouteAsync(IpAddress destination, CancellationToken cancellationToken) =>
        await Task.Run(() => RouteFinder.Find(destination), cancellationToken).ConfigureAwait(false);

    public async ValueTask<IReadOnlyList<IpAddress>> ResolveAsync(string hostName, CancellationToken cancellationToken) =>
        await AddressLookup.RunAsync(hostName, cancellationToken).ConfigureAwait(false);

    public async ValueTask<IceStreamConnection> ConnectAsync(IceStreamTarget target, CancellationToken cancellationToken) =>
        await StreamDialer.ConnectAsync(target, TimeProvider.System, cancellationToken).ConfigureAwait(false);

    /// <summary>Opens a socket at once.</summary>
    public SystemUdpSocket Bind(LocalInterfaceAddress localAddress, int port)
    {
        IpAddress ip = localAddress.Address;
        Span<byte> bytes = stackalloc byte[16];
        int count = ip.WriteTo(bytes);
        IPAddress address = ip.Family == IpFamily.IPv6 ? new IPAddress(bytes[..count], localAddress.ScopeId) : new IPAddress(bytes[..count]);
        var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            Configure(socket);
            socket.Bind(new IPEndPoint(address, port));
            return !portable && OperatingSystem.IsLinux() ? new NativeUdpSocket(socket, localAddress) : new PortableUdpSocket(socket, localAddress);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Opens a socket to one server at once: the system chooses the local address, drops what others send, and tells when nobody listens there.</summary>
    /// <exception cref="SocketException">There is no way to the server.</exception>
    public SystemUdpSocket Connect(TransportAddress server)
    {
        IPEndPoint remote = NameServerList.ToEndPoint(server);
        var socket = new Socket(remote.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            Configure(socket);
            socket.Connect(remote);
            var local = new LocalInterfaceAddress(string.Empty, NameServerList.ToTransportAddress((IPEndPoint)socket.LocalEndPoint!).Address);
            return !portable && OperatingSystem.IsLinux() ? new NativeUdpSocket(socket, local) : new PortableUdpSocket(socket, local);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private void Configure(Socket socket)
    {
        if (socket.AddressFamily == AddressFamily.InterNetworkV6)
        {
            // IPv4 has sockets of its own.
            socket.DualMode = false;
        }

        if (receiveBufferBytes > 0)
        {
            socket.ReceiveBufferSize = receiveBufferBytes;
        }

        if (sendBufferBytes > 0)
        {
            socket.SendBufferSize = sendBufferBytes;
        }

        if (OperatingSystem.IsWindows())
        {
            // Otherwise an ICMP "port unreachable" makes the next receive fail.
            socket.IOControl(WindowsConnectionReset, [0, 0, 0, 0], null);
        }
    }
}
