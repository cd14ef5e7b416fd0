using System.Collections.Concurrent;
using System.Net.Sockets;
using IceSharp.Internal.Network;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;

namespace IceSharp.Tests;

/// <summary>The system's network, with answers of its own where a test wants them, and a list of the sockets that were opened.</summary>
internal sealed class FakeNetwork : IIceNetwork
{
    private readonly SystemNetwork _system = new(portable: false, 0, 0);

    public ConcurrentQueue<IIceUdpSocket> Opened { get; } = new();

    public Func<IReadOnlyList<LocalInterfaceAddress>> Interfaces { get; init; } = () => [new LocalInterfaceAddress("lo", IpAddress.LoopbackV4) { IsLoopback = true }];

    public Func<string, IReadOnlyList<IpAddress>> Names { get; init; } = _ => throw new SocketException((int)SocketError.HostNotFound);

    /// <summary>Wraps each socket before the agent gets it.</summary>
    public Func<IIceUdpSocket, IIceUdpSocket> Wrap { get; init; } = socket => socket;

    /// <summary>Hands each socket over, at once or when it likes.</summary>
    public Func<IIceUdpSocket, ValueTask<IIceUdpSocket>> Hand { get; init; } = socket => new ValueTask<IIceUdpSocket>(socket);

    /// <summary>What the agent wants to be called when interfaces change; null before it watches and after it has stopped.</summary>
    public Action? Changed { get; private set; }

    public IDisposable WatchInterfaces(Action changed)
    {
        Changed = changed;
        return new Watch(this);
    }

    public ValueTask<LocalInterfaceAddress?> FindRouteAsync(IpAddress destination, CancellationToken cancellationToken) =>
        _system.FindRouteAsync(destination, cancellationToken);

    public ValueTask<IReadOnlyList<LocalInterfaceAddress>> ListInterfacesAsync(CancellationToken cancellationToken) => new(Interfaces());

    public ValueTask<IIceUdpSocket> BindUdpAsync(LocalInterfaceAddress localAddress, int port, CancellationToken cancellationToken)
    {
        IIceUdpSocket socket = Wrap(_system.Bind(localAddress, port));
        Opened.Enqueue(socket);
        return Hand(socket);
    }

    public ValueTask<IReadOnlyList<IpAddress>> ResolveAsync(string hostName, CancellationToken cancellationToken) => new(Names(hostName));

    private sealed class Watch(FakeNetwork network) : IDisposable
    {
        public void Dispose() => network.Changed = null;
    }
}
