using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>The server's sockets by name, and which address it relays from for a client and a family.</summary>
internal sealed class RelayAddressBook(StunTurnServerOptions options)
{
    private readonly Dictionary<SocketHandle, TransportAddress> _listeners = [];
    private readonly List<TransportAddress> _order = [];
    private int _lastHandle;

    public SocketHandle NewHandle() => new(++_lastHandle);

    public SocketHandle AddListener(TransportAddress local)
    {
        SocketHandle handle = NewHandle();
        _listeners.Add(handle, local);
        _order.Add(local);
        return handle;
    }

    public bool IsListener(SocketHandle socket) => _listeners.ContainsKey(socket);

    public bool TryChoose(SocketHandle listener, IpFamily family, out IpAddress address)
    {
        address = options.RelayAddresses.FirstOrDefault(a => a.Family == family);
        if (options.RelayAddresses.Count == 0)
        {
            IpAddress reached = _listeners[listener].Address;
            address = reached.Family == family ? reached : _order.Find(l => l.Family == family).Address;
        }

        return address.Family == family;
    }
}
