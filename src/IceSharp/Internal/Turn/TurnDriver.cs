using System.Diagnostics.CodeAnalysis;
using System.Net;
using IceSharp.Internal.Driver;
using IceSharp.Internal.Endpoints;
using IceSharp.Internal.Network;
using IceSharp.Internal.Network.Dns;
using IceSharp.Internal.Network.Streams;
using IceSharp.Protocol;
using IceSharp.Protocol.Stun.Credentials;
using IceSharp.Protocol.Turn;

namespace IceSharp.Internal.Turn;

/// <summary>Runs the machine of one allocation on a loop: what arrives, time and wishes in; what is to be sent, and facts, out.</summary>
[SuppressMessage("Design", "CA1001", Justification = "What it owns ends with the allocation, on the loop.")]
internal sealed class TurnDriver : LoopMember
{
    private readonly Loop _loop;
    private readonly TurnSetup _setup;
    private readonly TurnAllocationMachine _machine;
    private readonly AgentSockets _sockets;
    private readonly Dictionary<int, FramedStream> _streams = [];
    private readonly TaskCompletionSource _allocated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TurnKeepalive _keepalive;
    private readonly TurnRepair _repair;
    private readonly TurnHost _host;
    private volatile TurnAddresses? _addresses;
    private volatile ITurnWatcher? _watcher;
    private int _lastHandle;
    private bool _ended;

    /// <param name="setup">What the allocation is made with.</param>
    /// <param name="loop">Where it lives.</param>
    /// <param name="machine">The machine, not started, with the handle 1 for its socket.</param>
    /// <param name="socket">That socket.</param>
    public TurnDriver(TurnSetup setup, Loop loop, TurnAllocationMachine machine, IIceUdpSocket socket)
    {
        _setup = setup;
        _loop = loop;
        _machine = machine;
        _sockets = new AgentSockets(loop, this);
        _keepalive = new TurnKeepalive(setup.Client.KeepaliveInterval);
        _repair = new TurnRepair(this, setup.Client.TimeProvider);
        _host = new TurnHost(this, setup);
        Sender = new TurnSender(setup.Options.MaxPeers, _keepalive, peer => _loop.Post(this, () => Ask(peer)));
        Streams = new TurnStreams(this);
        loop.Post(this, () => Start(socket));
    }

    /// <summary>What the allocation is made with.</summary>
    public TurnSetup Setup => _setup;

    /// <summary>The sending side; thread safe.</summary>
    public TurnSender Sender { get; }

    /// <summary>TCP connections of peers; its tasks are thread safe.</summary>
    public TurnStreams Streams { get; }

    /// <summary>Completes when there is a relayed address, fails when there will be none.</summary>
    public Task Allocated => _allocated.Task;

    /// <summary>Completes when nothing is held any more.</summary>
    public Task Closed => _closed.Task;

    /// <summary>The addresses now; null before there are some.</summary>
    public TurnAddresses? Addresses => _addresses;

    /// <summary>What the server granted last.</summary>
    public TimeSpan Lifetime { get; private set; }

    /// <summary>The last round trip that was measured; null before there was one.</summary>
    public TimeSpan? RoundTripTime { get; private set; }

    /// <summary>Where the server wants to be replaced, when it said so.</summary>
    public AlternateServer? Redirect { get; private set; }

    /// <summary>Whether the failure was the 5-tuple's, and another local port may be tried (RFC 8656 §7.4).</summary>
    public bool MayTryOtherPort { get; private set; }

    /// <summary>Tells somebody from now on.</summary>
    public void Watch(ITurnWatcher watcher) => _watcher = watcher;

    /// <summary>Runs work with the machine on the loop, unless the allocation is over by then. Thread safe.</summary>
    public void Post(Action<TurnAllocationMachine, MonotonicTime> work) => _loop.Post(this, () =>
    {
        if (!_ended)
        {
            work(_machine, _loop.Now);
        }
    });

    /// <summary>Runs work that somebody waits for; he is told when the allocation is over, and what was opened for it is closed. Thread safe.</summary>
    public void PostOrEnd<T>(Action<TurnAllocationMachine, MonotonicTime> work, TaskCompletionSource<T> waiting, IDisposable? opened = null) => _loop.Post(this, () =>
    {
        if (_ended || Sender.EndReason is not null)
        {
            opened?.Dispose();
            waiting.TrySetException(Sender.EndReason ?? TurnFaults.ClientClosed());
        }
        else
        {
            work(_machine, _loop.Now);
        }
    });

    /// <summary>Opens another link to the same server. Thread safe.</summary>
    public Task<IIceUdpSocket> OpenLinkAsync(CancellationToken cancellationToken) => _setup.Links.OpenAsync(_setup.Place, cancellationToken);

    /// <summary>Moves to the client's new address (RFC 8016). Thread safe.</summary>
    /// <exception cref="TurnException">The server refuses, or there is no ticket.</exception>
    public Task MoveAsync(CancellationToken cancellationToken) => _repair.MoveAsync(cancellationToken);

    /// <summary>Gives the allocation back and waits for the server's word, but not for long. Thread safe; calling it again waits for the same end.</summary>
    public async Task CloseAsync()
    {
        EndWith(TurnFaults.ClientClosed());
        Post((machine, now) => machine.Close(now));
        try
        {
            await _closed.Task.WaitAsync(_setup.Client.CloseTimeout, _setup.Client.TimeProvider).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            _loop.Post(this, End);
            await _closed.Task.ConfigureAwait(false);
        }
    }

    /// <summary>Takes a socket or stream and receives from it. On the loop.</summary>
    public SocketHandle Open(IIceUdpSocket socket)
    {
        var handle = new SocketHandle(++_lastHandle);
        if (socket is FramedStream stream)
        {
            _streams.Add(handle.Id, stream);
        }
        else if (socket is SystemUdpSocket { IsConnected: true } system)
        {
            system.Refused = () => Post((machine, now) => machine.HandleUnreachable(now, machine.Server));
        }

        _sockets.Open(handle, socket);
        return handle;
    }

    /// <summary>Closes a socket or stream. On the loop.</summary>
    public void Close(SocketHandle handle)
    {
        _streams.Remove(handle.Id);
        _sockets.Close(handle);
    }

    /// <summary>Gives a stream out of the driver's hands, open. On the loop.</summary>
    public FramedStream? Detach(SocketHandle handle)
    {
        FramedStream? stream = _streams.GetValueOrDefault(handle.Id);
        _streams.Remove(handle.Id);
        _sockets.Forget(handle);
        return stream;
    }

    /// <summary>The path to the server is another one, or its addresses are. On the loop.</summary>
    public void Publish()
    {
        Lifetime = _machine.Lifetime;
        RoundTripTime = _machine.RoundTripTime;
        if (_sockets.TryGet(_machine.Socket, out IIceUdpSocket? socket))
        {
            TransportAddress?[] relayed = [_machine.Relays.GetAddress(IpFamily.IPv4), _machine.Relays.GetAddress(IpFamily.IPv6)];
            _addresses = new TurnAddresses(
                [.. relayed.OfType<TransportAddress>().Select(NameServerList.ToEndPoint)],
                _machine.MappedAddress is { } mapped ? NameServerList.ToEndPoint(mapped) : null,
                socket.LocalAddress.Family == IpFamily.None ? new IPEndPoint(IPAddress.Any, 0) : NameServerList.ToEndPoint(socket.LocalAddress),
                _machine.Relays.ReservationToken);
            Sender.Path = new TurnPath(socket, _machine.Server, socket is FramedStream, _setup.Options.DontFragment);
        }
    }

    public override void HandleDatagram(Endpoint endpoint, MonotonicTime now, TransportAddress source, ReadOnlySpan<byte> datagram)
    {
        if (_ended)
        {
            return;
        }

        DatagramVerdict verdict = _machine.HandleDatagram(now, new TransportPath(endpoint.Handle, source), datagram);
        if (verdict.Kind == VerdictKind.Payload)
        {
            // Data changes nothing in the machine: no pump.
            _watcher?.HandleData(datagram.Slice(verdict.PayloadOffset, verdict.PayloadLength), verdict.Peer);
            return;
        }

        if (verdict.Kind == VerdictKind.Dropped)
        {
            _setup.Drops.Count(verdict.Reason);
        }

        // Not after the turn: a stream that has just been bound stops being framed with this very frame.
        DrainOutputs(now);
        _loop.Mark(this);
    }

    public override void HandleStreamEnded(Endpoint endpoint, MonotonicTime now, string? fault)
    {
        if (_ended)
        {
            return;
        }

        bool isControl = endpoint.Handle == _machine.Socket;
        Close(endpoint.Handle);
        _machine.HandleStreamClosed(now, endpoint.Handle);
        if (isControl && _machine.State == TurnAllocationState.Reallocating)
        {
            Sender.StartOver();
            _repair.ReopenAsync();
        }
        else if (isControl && !_allocated.Task.IsCompleted)
        {
            Finish(fault is null
                ? new TurnException(IceError.ConnectionLost, "The connection ended before the answer.")
                : new TurnException(IceError.ServerMisbehaved, $"The server was cut off: {fault}."));
        }

        DrainOutputs(now);
    }

    public override void Pump(MonotonicTime now)
    {
        if (_ended)
        {
            return;
        }

        if (_machine.NextTimeout.At <= now)
        {
            _machine.HandleTimeout(now);
        }

        MonotonicTime next = _sockets.HandleTimeout(now);
        DrainOutputs(now);
        if (!_ended)
        {
            _keepalive.HandleTimeout(now, Sender.Path, _loop.SendBuffer, _setup.Random);
            _loop.SetDeadline(this, MonotonicTime.Min(MonotonicTime.Min(_machine.NextTimeout.At, _keepalive.NextDeadline), next));
        }
    }

    public override void Fail(Exception reason)
    {
        if (!_ended)
        {
            Finish(new TurnException(IceError.InternalError, "A fault of the library ended this allocation.", innerException: reason));
            End();
        }
    }

    private void Start(IIceUdpSocket socket)
    {
        Open(socket);
        if (Sender.EndReason is null)
        {
            _machine.Start(_loop.Now);
        }
        else
        {
            End();
        }
    }

    private void Ask(TurnPeer peer)
    {
        if (_ended)
        {
            peer.Refuse(Sender.EndReason ?? TurnFaults.ClientClosed());
            return;
        }

        MonotonicTime now = _loop.Now;
        bool asked = (_setup.Options is { UseChannels: true, RelayProtocol: TurnRelayProtocol.Udp } && _machine.RequestChannel(now, peer.Address)) || _machine.RequestPermission(now, peer.Address.Address);
        if (!asked)
        {
            peer.Refuse(new TurnException(IceError.NoRoute, $"The allocation has no permission left for {peer.Address}: MaxPeers is {_setup.Options.MaxPeers}, or its relayed address is of another family."));
        }
        else if (_machine.HasPermission(peer.Address.Address))
        {
            peer.Permit();
        }
    }

    private void DrainOutputs(MonotonicTime now)
    {
        do
        {
            while (!_ended && _machine.HasPendingStart)
            {
                _machine.StartPending(now);
            }

            while (!_ended && _machine.TryGetTransmit(now, _loop.SendBuffer, out Transmit transmit))
            {
                if (_sockets.TryGet(transmit.Socket, out IIceUdpSocket? socket))
                {
                    // What the network does not take is lost like a packet on the way: the machine repeats it.
                    socket.TrySend(_loop.SendBuffer[..transmit.Length], transmit.Destination);
                    _keepalive.NoteSent();
                }
            }

            while (!_ended && _machine.TryGetHostRequest(out TurnHostRequest request))
            {
                _host.Begin(request);
            }

            while (!_ended && _machine.TryGetEvent(out TurnEvent fact))
            {
                Tell(now, fact);
            }
        }
        while (!_ended && _machine.HasPendingStart);
    }

    private void Tell(MonotonicTime now, in TurnEvent fact)
    {
        switch (fact.Kind)
        {
            case TurnEventKind.Allocated:
                Publish();
                _allocated.TrySetResult();
                break;
            case TurnEventKind.PermissionInstalled:
                Sender.Permit(fact.Peer);
                break;
            case TurnEventKind.PermissionRefused:
                Sender.Refuse(fact.Peer, TurnFaults.From($"The permission for {fact.Peer}", fact));
                break;
            case TurnEventKind.ChannelBound or TurnEventKind.ChannelRefused:
                Sender.SetChannel(new TransportAddress(fact.Peer, fact.PeerPort), fact.Kind == TurnEventKind.ChannelBound ? fact.Channel : (ushort)0);
                break;
            case TurnEventKind.PeerUnreachable:
                _watcher?.HandlePeerUnreachable(fact);
                break;
            case TurnEventKind.Reallocated:
                IReadOnlyList<IPEndPoint> former = _addresses!.Relayed;
                Sender.StartOver();
                Publish();
                _watcher?.HandleReallocated(new TurnReallocation(former, _addresses.Relayed));
                break;
            case TurnEventKind.Moved or TurnEventKind.MoveFailed:
                _repair.Tell(fact);
                break;
            case TurnEventKind.FamilyReleased:
                Publish();
                break;
            case TurnEventKind.Failed or TurnEventKind.Lost:
                Redirect = _machine.Redirect;
                MayTryOtherPort = fact.Failure == TurnFailure.AllocationMismatch && _setup.Memory.MayTryOtherPort(now, _machine.Server);
                Finish(TurnFaults.From(fact.Kind == TurnEventKind.Lost ? "The allocation" : "Allocating", fact));
                End();
                break;
            case TurnEventKind.Closed:
                End();
                break;
            default:
                Streams.Tell(_machine, fact);
                break;
        }
    }

    private void Finish(TurnException reason)
    {
        EndWith(reason);
        _watcher?.HandleEnded(Sender.EndReason!);
    }

    // The first reason counts. Thread safe.
    private void EndWith(TurnException reason)
    {
        Sender.End(reason);
        _allocated.TrySetException(Sender.EndReason!);
        _ = _allocated.Task.Exception;
    }

    private void End()
    {
        if (_ended)
        {
            return;
        }

        _ended = true;
        EndWith(TurnFaults.ClientClosed());
        Streams.End(Sender.EndReason!);
        _repair.End(Sender.EndReason!);
        _sockets.CloseAll();
        _loop.SetDeadline(this, MonotonicTime.Never);
        _machine.Dispose();
        _closed.TrySetResult();
    }
}
