using IceSharp.Protocol;
using IceSharp.Protocol.Agent;

namespace IceSharp.Testing;

/// <summary>A host of a <see cref="VirtualNetwork"/>: interfaces with addresses, and sockets.</summary>
public sealed class VirtualHost
{
    private const ushort FirstEphemeralPort = 49152;

    private readonly List<VirtualInterface> _interfaces = [];
    private readonly Dictionary<TransportAddress, VirtualSocket> _sockets = [];
    private int _lastInterface;
    private ushort _nextEphemeralPort = FirstEphemeralPort;

    internal VirtualHost(VirtualNetwork network, string name)
    {
        Network = network;
        Name = name;
        Streams = new StreamStack(this);
    }

    /// <summary>The network.</summary>
    public VirtualNetwork Network { get; }

    /// <summary>The name, for traces.</summary>
    public string Name { get; }

    /// <summary>The interfaces, in the order in which they were added.</summary>
    public IReadOnlyList<VirtualInterface> Interfaces => _interfaces;

    /// <summary>The address of the first interface.</summary>
    /// <exception cref="InvalidOperationException">The host has no interface left.</exception>
    public IpAddress Address => _interfaces.Count > 0 ? _interfaces[0].Address : throw new InvalidOperationException($"'{Name}' has no interface.");

    /// <summary>Number of open sockets: 0 when nothing leaked.</summary>
    public int OpenSockets => _sockets.Count;

    /// <summary>Number of streams and stream listeners: 0 when nothing leaked.</summary>
    public int OpenStreams => Streams.Count;

    /// <summary>Whether it answers datagrams that nobody listens for with ICMP port unreachable; streams are always refused by a reset.</summary>
    /// <value>The default is false: firewalls of hosts are silent.</value>
    public bool AnswersWithIcmp { get; set; }

    /// <summary>Called when an interface was added or taken away, went up or down, or has other addresses.</summary>
    public Action? InterfacesChanged { get; set; }

    internal StreamStack Streams { get; }

    /// <summary>Adds an interface with one address.</summary>
    /// <param name="address">Free in the segment.</param>
    /// <param name="segment">Where it stands; null is the internet.</param>
    /// <param name="link">Its link; null is a perfect one.</param>
    /// <exception cref="InvalidOperationException">The address is taken.</exception>
    public VirtualInterface AddInterface(IpAddress address, VirtualSegment? segment = null, LinkOptions? link = null)
    {
        VirtualInterface added = new(this, $"eth{_lastInterface}", Network.Require(segment)) { Link = link ?? LinkOptions.Perfect };
        added.Attach(address);
        _lastInterface++;
        _interfaces.Add(added);
        NotifyInterfacesChanged();
        return added;
    }

    /// <summary>Takes an interface away. Sockets bound to its address stay open but neither send nor receive.</summary>
    public void RemoveInterface(VirtualInterface removed)
    {
        ArgumentNullException.ThrowIfNull(removed);
        if (_interfaces.Remove(removed))
        {
            removed.DetachAll();
            NotifyInterfacesChanged();
        }
    }

    /// <summary>The interface that leads to where no other interface is; null is the first one of the family.</summary>
    public VirtualInterface? DefaultInterface { get; set; }

    /// <summary>The addresses of interfaces that are up, as a machine wants to hear them.</summary>
    public IReadOnlyList<LocalInterfaceAddress> ListAddresses() => [.. _interfaces.Where(i => i.IsUp).SelectMany(i => i.Addresses)];

    /// <summary>The address that a socket on the wildcard address sends to a destination from; null when there is none of the family.</summary>
    public LocalInterfaceAddress? FindRoute(IpAddress destination) =>
        RouteTo(destination)?.Addresses.FirstOrDefault(a => a.Address.Family == destination.Family);

    /// <summary>Opens a socket on the first interface.</summary>
    /// <param name="port">The port; 0 takes the next free ephemeral one, from 49152 upwards.</param>
    /// <exception cref="InvalidOperationException">The port is taken, or none is free.</exception>
    public VirtualSocket Bind(ushort port = 0) => Bind(new TransportAddress(Address, port));

    /// <summary>Opens a socket.</summary>
    /// <param name="local">An address of this host; port 0 takes the next free ephemeral one, from 49152 upwards.</param>
    /// <exception cref="InvalidOperationException">The address is not this host's, the port is taken, or none is free.</exception>
    public VirtualSocket Bind(TransportAddress local) =>
        TryBind(local.Address, new PortRange(local.Port, local.Port), out VirtualSocket? socket, out HostError error)
            ? socket
            : throw new InvalidOperationException($"'{Name}' cannot bind {local}: {error}.");

    /// <summary>Opens a socket on the first free port of a range.</summary>
    /// <param name="address">An address of this host, or the wildcard of a family.</param>
    /// <param name="ports">The ports to choose from; <see cref="PortRange.Any"/> takes the next free ephemeral one.</param>
    /// <param name="socket">The socket.</param>
    /// <param name="error">Why there is none.</param>
    public bool TryBind(IpAddress address, PortRange ports, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out VirtualSocket? socket, out HostError error)
    {
        socket = null;
        error = HostError.AddressNotAvailable;
        if (!address.IsUnspecified && InterfaceOf(address) is null)
        {
            return false;
        }

        error = HostError.PortRangeExhausted;
        if (!TryChoosePort(address, ports, out ushort port))
        {
            return false;
        }

        socket = new VirtualSocket(this, new TransportAddress(address, port));
        _sockets.Add(socket.LocalAddress, socket);
        return true;
    }

    /// <summary>Accepts streams.</summary>
    /// <param name="local">An address of this host; port 0 takes the next free one, from 49152 upwards.</param>
    /// <param name="certificate">The certificate to show; null takes plain TCP.</param>
    /// <exception cref="InvalidOperationException">The address is not this host's, or the port is taken.</exception>
    public VirtualStreamListener Listen(TransportAddress local, VirtualCertificate? certificate = null) =>
        Streams.Listen(Require(local), certificate);

    /// <summary>Opens a stream. Set its callbacks at once: nothing happens before the network runs.</summary>
    /// <param name="local">An address of this host, and a port; port 0 takes the next free one, from 49152 upwards.</param>
    /// <param name="remote">Where to.</param>
    /// <param name="serverName">The name that the certificate must have, for TLS; null is plain TCP.</param>
    /// <exception cref="InvalidOperationException">The address is not this host's, or there is such a stream already.</exception>
    public VirtualStream Connect(TransportAddress local, TransportAddress remote, string? serverName = null) =>
        Streams.Connect(Require(local), remote, serverName);

    /// <summary>The host's name.</summary>
    public override string ToString() => Name;

    internal void NotifyInterfacesChanged() => InterfacesChanged?.Invoke();

    internal void Close(VirtualSocket socket) => _sockets.Remove(socket.LocalAddress);

    internal void Send(VirtualDatagram datagram)
    {
        VirtualInterface? via = datagram.Source.Address.IsUnspecified ? null : InterfaceOf(datagram.Source.Address);
        if (via is null || !via.IsUp)
        {
            Network.End(datagram, via is null ? PacketFate.NoRoute : PacketFate.InterfaceDown, Name);
            return;
        }

        via.Segment.Carry(via, datagram);
    }

    internal void Receive(VirtualDatagram datagram)
    {
        switch (datagram.Protocol)
        {
            case IpProtocol.Tcp:
                Streams.Receive(datagram);
                return;
            case IpProtocol.Icmp:
                ReceiveError(datagram, datagram.Icmp!);
                return;
            default:
                break;
        }

        TransportAddress wildcard = datagram.Destination with { Address = Wildcard(datagram.Destination.Family) };
        if (!_sockets.TryGetValue(datagram.Destination, out VirtualSocket? socket) && !_sockets.TryGetValue(wildcard, out socket))
        {
            Network.End(datagram, PacketFate.NoListener, Name);
            if (AnswersWithIcmp)
            {
                Network.Report(datagram, IcmpErrorKind.PortUnreachable, datagram.Destination.Address, Send);
            }

            return;
        }

        Network.End(datagram, PacketFate.Delivered, Name);
        socket.Receiver?.Invoke(Network.Now, datagram.Source, datagram.Bytes);
    }

    private void ReceiveError(VirtualDatagram datagram, IcmpMessage message)
    {
        Network.End(datagram, PacketFate.Delivered, Name);
        if (message.About == IpProtocol.Tcp)
        {
            Streams.HandleUnreachable(message.Source, message.Destination);
        }
        else if (_sockets.TryGetValue(message.Source, out VirtualSocket? socket))
        {
            socket.ErrorReceiver?.Invoke(Network.Now, new VirtualIcmpError(message.Kind, message.Destination) { MtuBytes = message.MtuBytes });
        }
    }

    private TransportAddress Require(TransportAddress local) => InterfaceOf(local.Address) is not null
        ? local
        : throw new InvalidOperationException($"'{Name}' has no address {local.Address}; it has {string.Join(", ", _interfaces.SelectMany(i => i.Addresses).Select(a => a.Address))}.");

    /// <summary>The source address of a datagram: the socket's own or, on the wildcard address, that of the route.</summary>
    internal TransportAddress SourceOf(TransportAddress local, TransportAddress destination) =>
        local.Address.IsUnspecified && FindRoute(destination.Address) is { } via ? local with { Address = via.Address } : local;

    private static IpAddress Wildcard(IpFamily family) => family == IpFamily.IPv6 ? IpAddress.FromIPv6(0) : IpAddress.FromIPv4(0);

    // A neighbour behind the same NAT is reached directly, everything else by the default interface.
    private VirtualInterface? RouteTo(IpAddress destination)
    {
        List<VirtualInterface> family = _interfaces.FindAll(i => i.IsUp && i.Addresses.Any(a => a.Address.Family == destination.Family));
        return family.Find(i => i.Segment.Gateway is not null && i.Segment.Find(destination) is not null)
            ?? (DefaultInterface is { } chosen && family.Contains(chosen) ? chosen : family.FirstOrDefault());
    }

    private VirtualInterface? InterfaceOf(IpAddress address) => _interfaces.Find(i => i.Has(address));

    private bool TryChoosePort(IpAddress address, PortRange ports, out ushort port)
    {
        bool any = ports.IsAny;
        int first = any ? FirstEphemeralPort : ports.First, last = any ? ushort.MaxValue : ports.Last;

        // Upwards and round, never the last one again at once: a fresh allocation must not look like its predecessor.
        int start = any ? _nextEphemeralPort : first;
        for (int i = 0; i <= last - first; i++)
        {
            port = (ushort)(first + ((start - first + i) % (last - first + 1)));
            if (!_sockets.ContainsKey(new TransportAddress(address, port)))
            {
                _nextEphemeralPort = !any ? _nextEphemeralPort : port == last ? FirstEphemeralPort : (ushort)(port + 1);
                return true;
            }
        }

        port = 0;
        return false;
    }
}
