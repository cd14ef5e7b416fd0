using System.Net.Sockets;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;

namespace IceSharp.Testing;

/// <summary>A host of the virtual network as an agent's network. Every answer is complete on return.</summary>
internal sealed class VirtualIceNetwork(VirtualHost host) : IIceNetwork
{
    public ValueTask<IReadOnlyList<LocalInterfaceAddress>> ListInterfacesAsync(CancellationToken cancellationToken) => new(host.ListAddresses());

    public ValueTask<IIceUdpSocket> BindUdpAsync(LocalInterfaceAddress localAddress, int port, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(localAddress);
        PortRange ports = new((ushort)port, (ushort)port);
        if (host.TryBind(localAddress.Address, ports, out VirtualSocket? socket, out HostError error))
        {
            return new ValueTask<IIceUdpSocket>(new VirtualIceSocket(socket));
        }

        SocketError code = error == HostError.PortRangeExhausted ? SocketError.AddressAlreadyInUse : SocketError.AddressNotAvailable;
        return ValueTask.FromException<IIceUdpSocket>(new SocketException((int)code));
    }

    public IDisposable? WatchInterfaces(Action changed)
    {
        host.InterfacesChanged += changed;
        return new Watch(() => host.InterfacesChanged -= changed);
    }

    public ValueTask<IReadOnlyList<IpAddress>> ResolveAsync(string hostName, CancellationToken cancellationToken)
    {
        host.Network.TryResolve(hostName, out IReadOnlyList<IpAddress> addresses);
        return new ValueTask<IReadOnlyList<IpAddress>>(addresses);
    }

    private sealed class Watch(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
