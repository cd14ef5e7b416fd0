using System.Diagnostics.CodeAnalysis;
using IceSharp.Internal.Diagnostics;
using IceSharp.Internal.Endpoints;
using IceSharp.Internal.Network.Streams;
using IceSharp.Internal.Routing;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using Microsoft.Extensions.Logging;

namespace IceSharp.Internal.Driver;

/// <summary>Runs one agent's machine on a loop: datagrams, time and answers in; datagrams, host requests, events and routes out.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A cancellation source without timer and links holds nothing; closing without the loop may still set it.")]
internal sealed class AgentDriver : LoopMember
{
    private readonly AgentSession _session;
    private readonly IceAgentMachine _machine;
    private readonly Loop _loop;
    private readonly HostRequests _host;
    private readonly IIceNetwork _network;
    private readonly AgentSockets _sockets;
    private readonly DscpMarks _marks;
    private readonly Dictionary<int, BindUdpRequest> _binds = [];
    private readonly CancellationTokenSource _closing = new();
    private readonly Queue<(SocketHandle Socket, TransportAddress Destination)> _unreachable = [];
    private IDisposable? _watch;
    private readonly IRandomSource? _sendRandom;
    private bool _ended;

    public AgentDriver(AgentSession session, IceAgentMachine machine, Loop loop, IIceNetwork network, INameResolver resolver, StreamSecurity security, Func<LocalInterfaceAddress, int>? cost, IRandomSource random)
    {
        _session = session;
        _machine = machine;
        _loop = loop;
        _sockets = new AgentSockets(loop, this);
        _marks = new DscpMarks(_sockets, (socket, dscp) => Log.MarkRefused(session.Logger, session.Name, socket, dscp));
        _host = new HostRequests(network, resolver, security, cost, random, Answer, _closing.Token);
        _network = network;

        // In a simulation all runs on one thread; otherwise senders on other threads have sources of their own.
        _sendRandom = session.Continuations == TaskCreationOptions.None ? random : null;
    }

    public Loop Loop => _loop;

    public IceAgentMachine Machine => _machine;

    /// <summary>Runs work with the machine on the loop, unless the agent has ended by then. Thread safe.</summary>
    public void Post(Action<MonotonicTime> work) => _loop.Post(this, () =>
    {
        if (!_ended)
        {
            work(_loop.Now);
        }
    });

    /// <summary>Marks what a component sends. Thread safe.</summary>
    public void Mark(int stream, int component, int dscp) => Post(_ => _marks.Set(stream, component, dscp));

    /// <summary>Computes something on the loop. Fails when the agent ends before, even while the loop is held up. Thread safe.</summary>
    public Task<T> InvokeAsync<T>(Func<MonotonicTime, T> work)
    {
        var source = new TaskCompletionSource<T>(_session.Continuations);
        CancellationTokenRegistration ending = _session.Ending.Register(() => source.TrySetException(_session.EndReason));
        _loop.Post(this, () =>
        {
            ending.Unregister();
            if (_ended)
            {
                source.TrySetException(_session.EndReason);
                return;
            }

            try
            {
                source.TrySetResult(work(_loop.Now));
            }
            catch (Exception e)
            {
                source.TrySetException(e);
                throw;
            }
        });
        return source.Task;
    }

    public override void HandleDatagram(Endpoint endpoint, MonotonicTime now, TransportAddress source, ReadOnlySpan<byte> datagram)
    {
        if (_ended)
        {
            return;
        }

        DatagramVerdict verdict = _machine.HandleDatagram(now, new TransportPath(endpoint.Handle, source), datagram);
        switch (verdict.Kind)
        {
            case VerdictKind.Payload:
                // Data changes nothing in the machine: no pump, and the packet is on its way.
                _session.Connection(verdict.Stream, verdict.Component)?.Deliver(datagram.Slice(verdict.PayloadOffset, verdict.PayloadLength));
                break;
            case VerdictKind.Dropped:
                _session.Drops.Count(verdict.Reason);
                Log.Dropped(_session.Logger, _session.Name, datagram.Length, source, endpoint.Handle, verdict.Reason);
                _loop.Mark(this);
                break;
            default:
                _loop.Mark(this);
                break;
        }
    }

    public override void HandleStreamEnded(Endpoint endpoint, MonotonicTime now, string? fault)
    {
        if (!_ended)
        {
            _machine.HandleStreamClosed(now, endpoint.Handle);
            _loop.Mark(this);
        }
    }

    public override void Pump(MonotonicTime now)
    {
        if (_ended)
        {
            return;
        }

        if (_machine.NextTimeout.At <= now)
        {
            ReportSends();
            _machine.HandleTimeout(now);
        }

        DrainOutputs(now);
        if (!_ended)
        {
            _session.PublishSnapshots(_machine);
            _loop.SetDeadline(this, MonotonicTime.Min(_machine.NextTimeout.At, _sockets.HandleTimeout(now)));
        }
    }

    public override void Fail(Exception reason)
    {
        if (!_ended)
        {
            Log.AgentFaulted(_session.Logger, _session.Name, reason);
            _session.EndWith(new IceException(IceError.InternalError, "A fault of the library ended this agent.", null, reason));
            End();
        }
    }

    /// <summary>Begins to close: allocations are released, then the driver ends. On the loop.</summary>
    public void BeginClose(MonotonicTime now)
    {
        Log.AgentClosing(_session.Logger, _session.Name);
        _machine.Close(now);
    }

    /// <summary>Closes the sockets without the loop, when that is held up; the rest ends when it is free again. Thread safe.</summary>
    public void CloseSocketsNow()
    {
        _closing.Cancel();
        _sockets.CloseWithoutLoop();
        _loop.Post(this, () =>
        {
            if (!_ended)
            {
                End();
            }
        });
    }

    private void DrainOutputs(MonotonicTime now)
    {
        while (!_ended && _machine.TryGetTransmit(now, _loop.SendBuffer, out Transmit transmit))
        {
            Send(transmit);
        }

        while (!_ended && _unreachable.TryDequeue(out (SocketHandle Socket, TransportAddress Destination) lost))
        {
            _machine.HandleUnreachable(now, lost.Socket, lost.Destination);
            _loop.Mark(this);
        }

        // Answers that come at once are posted, so the machine is not re-entered here.
        while (!_ended && _machine.TryGetHostRequest(out IceHostRequest? request))
        {
            Serve(request);
        }

        while (!_ended && _machine.TryGetEvent(out IceAgentEvent? fact))
        {
            Tell(fact, now);
        }
    }

    private void Send(in Transmit transmit)
    {
        IceSendResult result = IceSendResult.Closed;
        if (_sockets.TryGet(transmit.Socket, out IIceUdpSocket? socket))
        {
            // What the network does not take is lost like a packet on the way: the machine repeats it.
            result = socket.TrySend(_loop.SendBuffer[..transmit.Length], transmit.Destination);
            if (result == IceSendResult.Unreachable)
            {
                _unreachable.Enqueue((transmit.Socket, transmit.Destination));
            }
        }

        Log.Transmitted(_session.Logger, _session.Name, transmit.Length, transmit.Socket, transmit.Destination, result);
    }

    private void Serve(IceHostRequest request)
    {
        switch (request)
        {
            case CloseSocketRequest close:
                _marks.Closed(close.Socket);
                if (_sockets.Close(close.Socket))
                {
                    Log.SocketClosed(_session.Logger, _session.Name, close.Socket);
                }

                return;
            case BindUdpRequest bind:
                _binds.Add(bind.Id, bind);
                break;
            case ListInterfacesRequest or FindRouteRequest:
                // From before the first look on, so that nothing changes between look and watch.
                _watch ??= _network.WatchInterfaces(() => Post(_machine.HandleNetworkChange));
                break;
        }

        _host.Begin(request);
    }

    private void Tell(IceAgentEvent fact, MonotonicTime now)
    {
        switch (fact)
        {
            case RouteChanged changed:
                PublishedRoute? published = changed.Route is { } route && _sockets.TryGet(route.Socket, out IIceUdpSocket? socket)
                    ? new PublishedRoute(route, socket, _sendRandom)
                    : null;
                _session.RouteChanged(changed, published);
                break;
            case AgentClosed:
                End();
                break;
            default:
                _session.Tell(fact, _machine, now);
                break;
        }
    }

    // From any thread, or at once from within Serve.
    private void Answer(IceHostAnswer answer, IIceUdpSocket? socket) => _loop.Post(this, () =>
    {
        if (_ended)
        {
            socket?.Dispose();
            return;
        }

        Open(answer, socket);
        _machine.HandleHostAnswer(_loop.Now, answer);
    });

    private void Open(IceHostAnswer answer, IIceUdpSocket? socket)
    {
        _binds.Remove(answer.RequestId, out BindUdpRequest? bind);
        switch (answer)
        {
            case SocketBound bound when bind is not null && socket is not null:
                _sockets.Open(bind.Socket, socket);
                _marks.Opened(bind.Socket, bind.Stream, bind.Component);
                Log.SocketOpened(_session.Logger, _session.Name, bind.Socket, bound.LocalAddress);
                break;
            case StreamConnected connected when socket is not null:
                // A connection's name has the number of the request that asked for it.
                _sockets.Open(new SocketHandle(connected.RequestId), socket);
                Log.SocketOpened(_session.Logger, _session.Name, new SocketHandle(connected.RequestId), connected.LocalAddress);
                break;
            case ConnectFailed failed:
                Log.ConnectFailed(_session.Logger, _session.Name, failed.Detail);
                break;
            case BindFailed failed when bind is not null:
                Log.BindFailed(_session.Logger, _session.Name, bind.LocalAddress.Address, failed.Detail);
                break;
            case ResolveFailed failed:
                Log.ResolveFailed(_session.Logger, _session.Name, failed.Error, failed.Detail);
                break;
            case InterfacesListed when _host.ListingFault is { } fault:
                Log.ListingFailed(_session.Logger, _session.Name, fault);
                break;
        }
    }

    private void ReportSends()
    {
        foreach (IceConnection connection in _session.Connections)
        {
            MonotonicTime last = connection.LastSent;
            if (last > MonotonicTime.Zero)
            {
                _machine.ReportDataSent(last, connection.Component.Stream.Index, connection.Component.Id);
            }
        }
    }

    private void End()
    {
        _ended = true;
        _closing.Cancel();
        _watch?.Dispose();
        _sockets.CloseAll();
        _loop.SetDeadline(this, MonotonicTime.Never);
        _machine.Dispose();
        Log.AgentClosed(_session.Logger, _session.Name);
        _session.Ended();
    }
}
