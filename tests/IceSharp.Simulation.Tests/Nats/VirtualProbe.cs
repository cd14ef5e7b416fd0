using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.Protocol.Nat;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Nats;

/// <summary>A NAT probe on a host of a virtual network.</summary>
internal sealed class VirtualProbe : IDisposable
{
    private readonly VirtualHost _host;
    private readonly NatProbeMachine _machine;
    private readonly Dictionary<SocketHandle, VirtualSocket> _sockets = [];
    private readonly byte[] _buffer = new byte[NatProbeMachine.MaxRequestBytes];
    private MonotonicTime _scheduled = MonotonicTime.Never;

    public VirtualProbe(VirtualHost host, NatProbeSettings settings)
    {
        _host = host;
        _machine = new NatProbeMachine(settings, host.Network.Random.Derive($"probe {host.Name}"));
    }

    public NatReport Run(TimeSpan patience)
    {
        _machine.Start(_host.Network.Now);
        Drain();
        _host.Network.RunUntil(() => _machine.Report is not null, patience).Should().Be(RunOutcome.Reached, "{0}\n{1}", _machine, _host.Network.Trace);
        return _machine.Report!;
    }

    public void Dispose()
    {
        _machine.Dispose();
        foreach (VirtualSocket socket in _sockets.Values)
        {
            socket.Dispose();
        }
    }

    private void Drain()
    {
        for (bool moved = true; moved;)
        {
            moved = false;
            while (_machine.TryGetTransmit(_host.Network.Now, _buffer, out Transmit transmit))
            {
                _sockets[transmit.Socket].Send(transmit.Destination, _buffer.AsSpan(0, transmit.Length));
            }

            while (_machine.TryGetHostRequest(out NatHostRequest? request))
            {
                moved = true;
                Open((OpenNatSocketRequest)request);
            }
        }

        MonotonicTime at = _machine.NextTimeout.At;
        if (!at.IsNever && at < _scheduled)
        {
            _scheduled = at;
            _host.Network.Schedule(at, () => Wake(at));
        }
    }

    private void Wake(MonotonicTime at)
    {
        _scheduled = _scheduled == at ? MonotonicTime.Never : _scheduled;
        _machine.HandleTimeout(_host.Network.Now);
        Drain();
    }

    private void Open(OpenNatSocketRequest request)
    {
        MonotonicTime now = _host.Network.Now;
        PortRange port = new(request.LocalAddress.Port, request.LocalAddress.Port);
        if (!_host.TryBind(request.LocalAddress.Address, port, out VirtualSocket? socket, out _))
        {
            _machine.HandleHostAnswer(now, new NatSocketRefused(request.Id));
            return;
        }

        _sockets.Add(request.Socket, socket);
        socket.Receiver = (at, source, datagram) =>
        {
            _machine.HandleDatagram(at, new TransportPath(request.Socket, source), datagram);
            Drain();
        };
        _machine.HandleHostAnswer(now, new NatSocketOpened(request.Id));
    }
}
