using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>The listeners by address: which one has the other IP address, the other port, or both (RFC 5780 §6.1, Table 1).</summary>
internal sealed class AlternateListeners
{
    private readonly List<(SocketHandle Socket, TransportAddress Address)> _all = [];

    public void Add(SocketHandle socket, TransportAddress address) => _all.Add((socket, address));

    /// <summary>Whether this is one of them: those for streams are not.</summary>
    public bool Has(SocketHandle socket) => _all.Exists(l => l.Socket == socket);

    public TransportAddress AddressOf(SocketHandle socket) => _all.Find(l => l.Socket == socket).Address;

    /// <summary>Finds Ca:Cp for a listener at Da:Dp: both addresses listen on both ports, or there is none (RFC 5780 §6).</summary>
    public bool TryFindOther(SocketHandle socket, out TransportAddress other)
    {
        TransportAddress here = AddressOf(socket);
        foreach ((_, TransportAddress candidate) in _all)
        {
            if (candidate.Family == here.Family && candidate.Address != here.Address && candidate.Port != here.Port
                && Has(here with { Port = candidate.Port }) && Has(candidate with { Port = here.Port }))
            {
                other = candidate;
                return true;
            }
        }

        other = default;
        return false;
    }

    /// <summary>The listener that answers from a listener's address, or from the other address, port or both.</summary>
    public SocketHandle Choose(SocketHandle socket, bool changeIp, bool changePort)
    {
        if (!TryFindOther(socket, out TransportAddress other))
        {
            return socket;
        }

        TransportAddress here = AddressOf(socket);
        TransportAddress from = new(changeIp ? other.Address : here.Address, changePort ? other.Port : here.Port);
        return _all.Find(l => l.Address == from).Socket;
    }

    private bool Has(TransportAddress address) => _all.Exists(l => l.Address == address);
}
