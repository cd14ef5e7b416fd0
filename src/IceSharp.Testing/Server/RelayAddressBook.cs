using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>The server's sockets by name, and which address it relays from for a client and a family.</summary>
internal sealed class RelayAddressBook(StunTurnServerOptions options)
{
    private readonly Dictionary<SocketHandle, (TransportAddress Local, ServerTransport Transport)> _listeners = [];
    private readonly List<TransportAddress> _order = [];
    private int _lastHandle;

    public SocketHandle NewHandle() => new(++_lastHandle);

    public SocketHandle AddListener(TransportAddress local, ServerTransport transport)
    {
        SocketHandle handle = NewHandle();
        _listeners.Add(handle, (local, transport));
        _order.Add(local);
        return handle;
    }

    public bool IsListener(SocketHandle socket) => _listeners.ContainsKey(socket);

    public ServerTransport TransportOf(SocketHandle listener) => _listeners[listener].Transport;

    public bool TryChoose(SocketHandle listener, IpFamily family, out IpAddress address)
    {
        address = options.RelayAddresses.FirstOrDefault(a => a.Family == family);
        if (options.RelayAddresses.Count == 0)
        {
            IpAddress reached = _listeners[listener].Local.Address;
            address = reached.Family == family ? reached : _order.Find(l => l.Family == family).Address;
        }

        return address.Family == family;
    }
}
