using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>A UDP socket on a <see cref="VirtualHost"/>.</summary>
public sealed class VirtualSocket : IDisposable
{
    private const int MaxDatagramBytes = 65507;

    private readonly VirtualHost _host;
    private bool _closed;

    internal VirtualSocket(VirtualHost host, TransportAddress localAddress)
    {
        _host = host;
        LocalAddress = localAddress;
    }

    /// <summary>The address that it is bound to; may be the wildcard of a family.</summary>
    public TransportAddress LocalAddress { get; }

    /// <summary>Called for each datagram that arrives; null counts them as delivered and forgets them.</summary>
    public DatagramReceiver? Receiver { get; set; }

    /// <summary>Called for each ICMP error about something that this socket sent; null forgets them.</summary>
    public Action<MonotonicTime, VirtualIcmpError>? ErrorReceiver { get; set; }

    /// <summary>Whether datagrams must not be fragmented: one that is too big for a link is dropped there, and ICMP says so.</summary>
    /// <value>The default is false.</value>
    public bool DontFragment { get; set; }

    /// <summary>Sends a datagram. What becomes of it stands in the trace.</summary>
    /// <param name="destination">Where to.</param>
    /// <param name="datagram">At most 65507 bytes; copied.</param>
    /// <exception cref="ArgumentException"><paramref name="datagram"/> is too long.</exception>
    /// <exception cref="ObjectDisposedException">The socket is closed.</exception>
    public void Send(TransportAddress destination, ReadOnlySpan<byte> datagram)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        if (datagram.Length > MaxDatagramBytes)
        {
            throw new ArgumentException($"A UDP datagram carries at most {MaxDatagramBytes} bytes, not {datagram.Length}.", nameof(datagram));
        }

        VirtualNetwork network = _host.Network;
        _host.Send(new VirtualDatagram(network.NextDatagramNumber(), network.Now, _host.SourceOf(LocalAddress, destination), destination, datagram.ToArray()) { DontFragment = DontFragment });
    }

    /// <summary>Closes the socket; its port is free again at once.</summary>
    public void Dispose()
    {
        if (!_closed)
        {
            _closed = true;
            _host.Close(this);
        }
    }
}
