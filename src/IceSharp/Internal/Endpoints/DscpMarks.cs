using IceSharp.Protocol;

namespace IceSharp.Internal.Endpoints;

/// <summary>The DSCP of each component, put on every socket that serves it: checks and data leave from the same ones (RFC 8445 §7.2.3). On the loop.</summary>
internal sealed class DscpMarks(AgentSockets sockets, Action<SocketHandle, int> refused)
{
    private readonly Dictionary<(int Stream, int Component), int> _marks = [];
    private readonly Dictionary<int, (SocketHandle Handle, int Stream, int Component)> _places = [];

    /// <summary>Marks what the component's sockets send from now on.</summary>
    public void Set(int stream, int component, int dscp)
    {
        _marks[(stream, component)] = dscp;
        foreach ((SocketHandle handle, int itsStream, int itsComponent) in _places.Values)
        {
            if (itsStream == stream && itsComponent == component)
            {
                Apply(handle, dscp);
            }
        }
    }

    public void Opened(SocketHandle handle, int stream, int component)
    {
        _places[handle.Id] = (handle, stream, component);
        if (_marks.TryGetValue((stream, component), out int dscp))
        {
            Apply(handle, dscp);
        }
    }

    public void Closed(SocketHandle handle) => _places.Remove(handle.Id);

    private void Apply(SocketHandle handle, int dscp)
    {
        if (sockets.TryGet(handle, out IIceUdpSocket? socket) && !socket.TrySetDscp(dscp))
        {
            refused(handle, dscp);
        }
    }
}
