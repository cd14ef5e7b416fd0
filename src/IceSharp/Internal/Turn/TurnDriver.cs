using System.Diagnostics.CodeAnalysis;
using System.Net;
using IceSharp.Internal.Driver;
using IceSharp.Internal.Endpoints;
using IceSharp.Internal.Network;
using IceSharp.Internal.Network.Dns;
using IceSharp.Internal.Network.Streams;
using IceSharp.Internal.Stun;
using IceSharp.Protocol;
using IceSharp.Protocol.Stun.Credentials;
using IceSharp.Protocol.Turn;

namespace IceSharp.Internal.Turn;

/// <summary>Runs the machine of one allocation on a loop: what arrives, time and wishes in; what is to be sent, and facts, out.</summary>
/// <remarks>Sending and asking for peers work from any thread; the rest runs on the loop.</remarks>
[SuppressMessage("Design", "CA1001", Justification = "What it owns ends with the allocation, on the loop.")]
internal sealed class TurnDriver : LoopMember
{
    private const int PeersPerPermission = 32;

    private readonly Loop _loop;
    private readonly TurnSetup _setup;
    private readonly TurnAllocationMachine _machine;
    private readonly AgentSockets _sockets;
    private readonly TurnPeerTable _peers;
    private readonly Dictionary<int, FramedStream> _streams = [];
    private readonly TaskCompletionSource _allocated = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TurnKeepalive _keepalive;
    private volatile TurnPath? _path;
    private volatile TurnAddresses? _addresses;
    private volatile ITurnWatcher? _watcher;
    private volatile TurnException? _endReason;
    private bool _ended;

    public TurnDriver(TurnSetup setup, Loop loop, TurnAllocationMachine machine, IIceUdpSocket socket)
    {
        _setup = setup;
        _loop = loop;
        _machine = machine;
        _sockets = new AgentSockets(loop, this);
        _peers = new TurnPeerTable(setup.Options.MaxPeers * PeersPerPermission);
        _keepalive = new TurnKeepalive(setup.Client.KeepaliveInterval);
        loop.Post(this, () => Start(socket));
    }

    /// <summary>The server, and how it is reached.</summary>
    public StunPlace Place => _setup.Place;

    /// <summary>Completes when there is a relayed address, fails when there will be none.</summary>
    public Task Allocated => _allocated.Task;

    /// <summary>Completes when nothing is held any more.</summary>
    public Task Closed => _closed.Task;

    /// <summary>The addresses now; null before there are some.</summary>
    public TurnAddresses? Addresses => _addresses;

    /// <summary>Why the allocation is over; null while it is not.</summary>
    public TurnException? EndReason => _endReason;

    /// <summary>What the server granted last.</summary>
    public TimeSpan Lifetime { get; private set; }

    /// <summary>The last round trip that was measured; null before there was one.</summary>
    public TimeSpan? RoundTripTime { get; private set; }

    /// <summary>Where the server wants to be replaced, when it said so.</summary>
    public AlternateServer? Redirect { get; private set; }

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

    /// <summary>Sends at once if the peer is permitted; otherwise the server is asked, and this one is not sent.</summary>
    public IceSendResult TrySend(ReadOnlySpan<byte> datagram, TransportAddress peer)
    {
        if (Find(peer, out IceSendResult refusal) is not { } found || _path is not { } path)
        {
            return refusal;
        }

        _keepalive.NoteSent();
        return path.Send(datagram, found.Address, found.Channel);
    }

    /// <summary>The same for a payload that stands in a buffer with headroom.</summary>
    public IceSendResult TrySendInPlace(Span<byte> buffer, int offset, int length, TransportAddress peer)
    {
        if (Find(peer, out IceSendResult refusal) is not { } found || _path is not { } path)
        {
            return refusal;
        }

        _keepalive.NoteSent();
        return path.SendInPlace(buffer, offset, length, found.Address, found.Channel);
    }

    /// <summary>Waits until the path takes datagrams again.</summary>
    public ValueTask WaitWritableAsync(CancellationToken cancellationToken) => _path?.Socket.WaitWritableAsync(cancellationToken) ?? ValueTask.CompletedTask;

    /// <summary>Asks the server to permit a peer, and waits for its answer.</summary>
    /// <exception cref="TurnException">It refuses, or the allocation is over.</exception>
    public async Task PermitAsync(TransportAddress address, CancellationToken cancellationToken)
    {
        TurnPeer peer = _peers.GetOrAdd(address)
            ?? throw new TurnException(IceError.NoRoute, $"The allocation keeps no more than {_setup.Options.MaxPeers} peer addresses; MaxPeers raises that.");
        if (peer.State != TurnPeerState.Permitted)
        {
            Ask(peer);
            await peer.Answer.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

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

        _loop.Mark(this);
    }

    public override void HandleStreamEnded(Endpoint endpoint, MonotonicTime now, string? fault)
    {
        if (_ended)
        {
            return;
        }

        string sentence = fault is null ? "The connection to the server ended." : $"The connection was cut off: {fault}.";
        Finish(new TurnException(fault is null ? IceError.ConnectionLost : IceError.ServerMisbehaved, sentence));
        End();
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

        foreach (FramedStream stream in _streams.Values)
        {
            stream.HandleTimeout(now);
        }

        if (!_ended)
        {
            DrainOutputs(now);
        }

        if (!_ended)
        {
            _keepalive.HandleTimeout(now, _path, _loop.SendBuffer, _setup.Random);
            _loop.SetDeadline(this, MonotonicTime.Min(MonotonicTime.Min(_machine.NextTimeout.At, _keepalive.NextDeadline), StreamDeadline()));
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
        if (_ended)
        {
            socket.Dispose();
            return;
        }

        Open(_machine.Socket, socket);
        if (_endReason is null)
        {
            _machine.Start(_loop.Now);
        }
        else
        {
            End();
        }
    }

    private void Open(SocketHandle handle, IIceUdpSocket socket)
    {
        if (socket is FramedStream stream)
        {
            _streams.Add(handle.Id, stream);
        }
        else if (socket is SystemUdpSocket { IsConnected: true } system)
        {
            system.Refused = () => Post((machine, now) => machine.HandleUnreachable(now, machine.Server));
        }

        _sockets.Open(handle, socket);
    }

    private MonotonicTime StreamDeadline()
    {
        MonotonicTime next = MonotonicTime.Never;
        foreach (FramedStream stream in _streams.Values)
        {
            next = MonotonicTime.Min(next, stream.NextDeadline);
        }

        return next;
    }

    private TurnPeer? Find(TransportAddress peer, out IceSendResult refusal)
    {
        if (_path is null)
        {
            refusal = _endReason is null ? IceSendResult.NoRoute : IceSendResult.Closed;
            return null;
        }

        if (!_peers.TryGet(peer, out TurnPeer? found) && (found = _peers.GetOrAdd(peer)) is null)
        {
            refusal = IceSendResult.NoRoute;
            return null;
        }

        switch (found.State)
        {
            case TurnPeerState.Permitted:
                refusal = default;
                return found;
            case TurnPeerState.Refused:
                refusal = IceSendResult.Unreachable;
                return null;
            default:
                Ask(found);
                refusal = IceSendResult.NoRoute;
                return null;
        }
    }

    private void Ask(TurnPeer peer)
    {
        if (!peer.BeginAsking())
        {
            return;
        }

        if (_endReason is { } over)
        {
            peer.Refuse(over);
            return;
        }

        _loop.Post(this, () =>
        {
            if (_ended)
            {
                peer.Refuse(_endReason ?? TurnFaults.ClientClosed());
            }
            else
            {
                AskNow(_loop.Now, peer);
            }
        });
    }

    private void AskNow(MonotonicTime now, TurnPeer peer)
    {
        bool asked = (_setup.Options.UseChannels && _machine.RequestChannel(now, peer.Address)) || _machine.RequestPermission(now, peer.Address.Address);
        if (!asked)
        {
            peer.Refuse(new TurnException(IceError.NoRoute, $"The allocation keeps permissions for {_setup.Options.MaxPeers} peer addresses already; MaxPeers raises that."));
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
            while (_machine.HasPendingStart)
            {
                _machine.StartPending(now);
            }

            while (_machine.TryGetTransmit(now, _loop.SendBuffer, out Transmit transmit))
            {
                if (_sockets.TryGet(transmit.Socket, out IIceUdpSocket? socket))
                {
                    // What the network does not take is lost like a packet on the way: the machine repeats it.
                    socket.TrySend(_loop.SendBuffer[..transmit.Length], transmit.Destination);
                    _keepalive.NoteSent();
                }
            }

            while (!_ended && _machine.TryGetEvent(out TurnEvent fact))
            {
                Tell(fact);
            }
        }
        while (!_ended && _machine.HasPendingStart);
    }

    private void Tell(in TurnEvent fact)
    {
        switch (fact.Kind)
        {
            case TurnEventKind.Allocated:
                Publish();
                _allocated.TrySetResult();
                break;
            case TurnEventKind.PermissionInstalled:
                ForPeersAt(fact.Peer, static p => p.Permit());
                break;
            case TurnEventKind.PermissionRefused:
                TurnException refusal = TurnFaults.From($"The permission for {fact.Peer}", fact);
                ForPeersAt(fact.Peer, p => p.Refuse(refusal));
                break;
            case TurnEventKind.ChannelBound when _peers.TryGet(new TransportAddress(fact.Peer, fact.PeerPort), out TurnPeer? bound):
                bound.Channel = fact.Channel;
                break;
            case TurnEventKind.ChannelRefused when _peers.TryGet(new TransportAddress(fact.Peer, fact.PeerPort), out TurnPeer? unbound):
                unbound.Channel = 0;
                break;
            case TurnEventKind.PeerUnreachable:
                _watcher?.HandlePeerUnreachable(fact);
                break;
            case TurnEventKind.Failed or TurnEventKind.Lost:
                Redirect = _machine.Redirect;
                Finish(TurnFaults.From(fact.Kind == TurnEventKind.Lost ? "The allocation" : "Allocating", fact));
                End();
                break;
            case TurnEventKind.Closed:
                End();
                break;
            default:
                break;
        }
    }

    private void Publish()
    {
        Lifetime = _machine.Lifetime;
        RoundTripTime = _machine.RoundTripTime;
        if (_endReason is null && _sockets.TryGet(_machine.Socket, out IIceUdpSocket? socket))
        {
            _addresses = new TurnAddresses(
                [NameServerList.ToEndPoint(_machine.RelayedAddress!.Value)],
                _machine.MappedAddress is { } mapped ? NameServerList.ToEndPoint(mapped) : null,
                socket.LocalAddress.Family == IpFamily.None ? new IPEndPoint(IPAddress.Any, 0) : NameServerList.ToEndPoint(socket.LocalAddress));
            _path = new TurnPath(socket, _machine.Server, socket is FramedStream, _setup.Options.DontFragment);
        }
    }

    private void ForPeersAt(IpAddress address, Action<TurnPeer> action)
    {
        foreach (TurnPeer peer in _peers.All.Where(p => p.Address.Address == address))
        {
            action(peer);
        }
    }

    private void Finish(TurnException reason)
    {
        EndWith(reason);
        _watcher?.HandleEnded(_endReason!);
    }

    // The first reason counts. Thread safe.
    private void EndWith(TurnException reason)
    {
        _endReason ??= reason;
        _path = null;
        _allocated.TrySetException(_endReason);
        _ = _allocated.Task.Exception;
        foreach (TurnPeer peer in _peers.All)
        {
            peer.Refuse(_endReason);
        }
    }

    private void End()
    {
        if (_ended)
        {
            return;
        }

        _ended = true;
        EndWith(TurnFaults.ClientClosed());
        _sockets.CloseAll();
        _loop.SetDeadline(this, MonotonicTime.Never);
        _machine.Dispose();
        _closed.TrySetResult();
    }
}
