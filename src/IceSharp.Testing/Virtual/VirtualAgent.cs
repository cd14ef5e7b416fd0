using System.Diagnostics.CodeAnalysis;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.Protocol.Discovery;
using IceSharp.Protocol.Framing;
using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Turn;

namespace IceSharp.Testing;

/// <summary>An <see cref="IceAgentMachine"/> on a host of a virtual network: answers its host requests, carries its datagrams, keeps its time.</summary>
/// <remarks>Call verbs here rather than on <see cref="Machine"/>: what the machine then wants to send goes out at once. Not thread safe.</remarks>
[Experimental("ICE0001")]
public sealed class VirtualAgent : IDisposable
{
    private const byte Spoilt = 0xDB;

    private readonly Dictionary<SocketHandle, VirtualSocket> _sockets = [];
    private readonly Dictionary<SocketHandle, VirtualServerStream> _streams = [];
    private readonly List<IceAgentEvent> _events = [];
    private readonly List<ReceivedData> _received = [];
    private readonly byte[] _buffer = new byte[ushort.MaxValue];
    private readonly byte[] _lent = new byte[ushort.MaxValue];
    private readonly SeededRandomSource _relayIds;
    private readonly SeededRandomSource _resolutionDraws;
    private readonly VirtualTimer _timer;
    private readonly List<(MonotonicTime At, IceAgentEvent Fact)> _history = [];
    private readonly List<int> _componentCounts = [];
    private bool _draining;
    private bool _disposed;

    /// <summary>Creates an agent; it has no data stream yet.</summary>
    /// <param name="host">Where it runs.</param>
    /// <param name="options">Its settings; null is the defaults.</param>
    /// <param name="pacingGate">The gate it shares with others; null gives it one of its own with 5 ms between slots.</param>
    public VirtualAgent(VirtualHost host, IceAgentMachineOptions? options = null, IPacingGate? pacingGate = null)
    {
        ArgumentNullException.ThrowIfNull(host);
        Host = host;
        string purpose = $"agent {host.Network.NextAgentNumber()} on {host.Name}";
        _relayIds = host.Network.Random.Derive($"{purpose}, relayed data");
        _resolutionDraws = host.Network.Random.Derive($"{purpose}, server resolution");
        _timer = new VirtualTimer(host.Network, () => Do(m => m.HandleTimeout(host.Network.Now)));
        host.InterfacesChanged += NotifyNetworkChange;
        IceAgentMachineOptions settings = options ?? new IceAgentMachineOptions();
        Invariants = new InvariantMonitor(host.Name, InvariantMonitor.CreateDefaults(settings), settings.Journal);
        Machine = new IceAgentMachine(settings with { Journal = Invariants }, host.Network.Random.Derive(purpose), pacingGate ?? new IntervalPacingGate());
    }

    /// <summary>Where it runs.</summary>
    public VirtualHost Host { get; }

    /// <summary>The machine: look at its state, pairs and routes here.</summary>
    public IceAgentMachine Machine { get; }

    /// <summary>What holds for the agent; a step after which something does not throws <see cref="InvariantViolationException"/> out of the run.</summary>
    public InvariantMonitor Invariants { get; }

    /// <summary>Every event so far with its time.</summary>
    public IReadOnlyList<(MonotonicTime At, IceAgentEvent Fact)> History => _history;

    /// <summary>Every event so far.</summary>
    public IReadOnlyList<IceAgentEvent> Events => _events;

    /// <summary>Application data received so far.</summary>
    public IReadOnlyList<ReceivedData> Received => _received;

    /// <summary>Whether <see cref="Received"/> keeps what arrives.</summary>
    /// <value>The default is true; switch it off for long calls.</value>
    public bool KeepsReceived { get; set; } = true;

    /// <summary>Told each event when it happens, after <see cref="Events"/> has it; may call verbs of this agent.</summary>
    public Action<IceAgentEvent>? Observer { get; set; }

    /// <summary>Told all application data when it arrives.</summary>
    public Action<ReceivedData>? DataReceiver { get; set; }

    /// <summary>How long name servers take to answer.</summary>
    /// <value>The default is zero. Longer than any gathering timeout stands for servers that do not answer.</value>
    public TimeSpan ResolveDelay { get; set; }

    /// <summary>Number of data streams.</summary>
    public int StreamCount { get; private set; }

    /// <summary>Number of sockets that the agent holds: 0 after it has closed.</summary>
    public int OpenSockets => _sockets.Count;

    /// <summary>Adds a data stream; only before gathering starts.</summary>
    /// <param name="mid">Its identification.</param>
    /// <param name="componentCount">Number of components.</param>
    /// <returns>The stream's index.</returns>
    public int AddDataStream(string mid = "0", int componentCount = 1)
    {
        int index = Machine.AddDataStream(mid, componentCount);
        StreamCount = index + 1;
        _componentCounts.Add(componentCount);
        return index;
    }

    /// <summary>Number of components of a data stream, as it was added.</summary>
    /// <param name="stream">Index of the data stream.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such stream.</exception>
    public int ComponentCount(int stream) => _componentCounts[stream];

    /// <summary>Starts gathering.</summary>
    public void StartGathering() => Do(m => m.StartGathering(Host.Network.Now));

    /// <summary>Describes the agent for its peer.</summary>
    /// <param name="kind">Whether as an offer or an answer.</param>
    public IceDescription CreateLocalDescription(IceDescriptionKind kind = IceDescriptionKind.Unknown) => Machine.CreateLocalDescription(kind);

    /// <summary>Takes the peer's description.</summary>
    /// <param name="description">The description.</param>
    /// <param name="kind">Whether it is an offer or an answer.</param>
    public void SetRemoteDescription(IceDescription description, IceDescriptionKind kind = IceDescriptionKind.Unknown) =>
        Do(m => m.SetRemoteDescription(Host.Network.Now, description, kind));

    /// <summary>Begins an ICE restart (RFC 8445 §9).</summary>
    /// <param name="stream">Index of the data stream; null restarts all.</param>
    public void Restart(int? stream = null) => Do(m => m.Restart(Host.Network.Now, stream));

    /// <summary>Takes back a restart that the peer has not answered.</summary>
    /// <param name="stream">Index of the data stream; null takes all back.</param>
    /// <returns>Whether there was one.</returns>
    public bool RollbackRestart(int? stream = null)
    {
        bool any = false;
        Do(m => any = m.RollbackRestart(Host.Network.Now, stream));
        return any;
    }

    /// <summary>Takes one more candidate of the peer.</summary>
    public void AddRemoteCandidate(int stream, IceCandidate candidate) => Do(m => m.AddRemoteCandidate(Host.Network.Now, stream, candidate));

    /// <summary>Takes the peer's word that no more candidates will come.</summary>
    /// <param name="stream">Index of the data stream.</param>
    /// <param name="ufrag">The peer's fragment that it was said for; null stands for the session in force.</param>
    public void EndRemoteCandidates(int stream, string? ufrag = null) => Do(m => m.EndRemoteCandidates(Host.Network.Now, stream, ufrag));

    /// <summary>Takes candidates of the peer that come in a fragment (RFC 8840 §4.4).</summary>
    public void AddRemoteFragment(IceFragment fragment) => Do(m => m.AddRemoteFragment(Host.Network.Now, fragment));

    /// <summary>Takes a stream out of use.</summary>
    /// <param name="stream">Index of the data stream.</param>
    public void RemoveDataStream(int stream) => Do(m => m.RemoveDataStream(Host.Network.Now, stream));

    /// <summary>Has RTP and RTCP of a stream share component 1 (RFC 5761 §5.1.3).</summary>
    /// <param name="stream">Index of the data stream.</param>
    public void UseRtcpMux(int stream) => Do(m => m.UseRtcpMux(Host.Network.Now, stream));

    /// <summary>Sends application data the way the component's route leads now, over the relay where it does.</summary>
    /// <param name="data">At most 65507 bytes, less 51 for a relay.</param>
    /// <param name="stream">Index of the data stream.</param>
    /// <param name="component">Component.</param>
    /// <returns>False when there is no route.</returns>
    public bool TrySend(ReadOnlySpan<byte> data, int stream = 0, int component = 1)
    {
        if (Machine.GetRoute(stream, component) is not { } route || !CanSend(route.Socket))
        {
            return false;
        }

        Invariants.DataSent(Host.Network.Now, route);
        bool isStream = _streams.ContainsKey(route.Socket);
        if (route.Channel is { } channel)
        {
            byte[] frame = new byte[ChannelDataWriter.FrameBytes(data.Length, isStream)];
            int length = isStream ? ChannelDataWriter.WritePadded(frame, channel, data) : ChannelDataWriter.Write(frame, channel, data);
            Send(route.Socket, route.Destination, frame.AsSpan(0, length));
        }
        else if (route.IsRelayed)
        {
            byte[] wrapped = new byte[SendIndication.GetOverhead(route.Peer.Family) + data.Length + 3];
            int length = SendIndication.Write(wrapped, route.Peer, data, StunTransactionId.Create(_relayIds));
            Send(route.Socket, route.Destination, wrapped.AsSpan(0, length));
        }
        else
        {
            Send(route.Socket, route.Destination, data);
        }

        Do(m => m.ReportDataSent(Host.Network.Now, stream, component));
        return true;
    }

    /// <summary>Begins to close; run the network until <see cref="AgentClosed"/> is among the events.</summary>
    public void Close() => Do(m => m.Close(Host.Network.Now));

    /// <summary>Stops the agent at once, as a process that is killed: nothing is sent any more.</summary>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        Host.InterfacesChanged -= NotifyNetworkChange;
        _timer.Set(MonotonicTime.Never);
        foreach (VirtualSocket socket in _sockets.Values)
        {
            socket.Dispose();
        }

        foreach (VirtualServerStream stream in _streams.Values)
        {
            stream.Close();
        }

        _sockets.Clear();
        _streams.Clear();
        Machine.Dispose();
    }

    /// <summary>The host's name and the machine's state.</summary>
    public override string ToString() => $"{Host.Name}: {Machine}";

    // As an operating system tells it; a killed agent hears of nothing.
    private void NotifyNetworkChange() => Do(m => m.HandleNetworkChange(Host.Network.Now));

    private bool CanSend(SocketHandle handle) => _sockets.ContainsKey(handle) || _streams.ContainsKey(handle);

    private void Send(SocketHandle handle, TransportAddress destination, ReadOnlySpan<byte> bytes)
    {
        if (_sockets.TryGetValue(handle, out VirtualSocket? socket))
        {
            socket.Send(destination, bytes);
        }
        else if (_streams.TryGetValue(handle, out VirtualServerStream? stream))
        {
            stream.Send(bytes);
        }
    }

    private void Do(Action<IceAgentMachine> input)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        input(Machine);
        Drain();
    }

    private void Receive(SocketHandle handle, MonotonicTime now, TransportAddress source, ReadOnlySpan<byte> datagram)
    {
        // The machine may look at a datagram during the call and not longer: what it kept would be spoilt afterwards.
        Span<byte> lent = _lent.AsSpan(0, datagram.Length);
        datagram.CopyTo(lent);
        DatagramVerdict verdict = Machine.HandleDatagram(now, new TransportPath(handle, source), lent);
        lent.Fill(Spoilt);
        if (verdict.Kind == VerdictKind.Payload)
        {
            Deliver(now, verdict, datagram.Slice(verdict.PayloadOffset, verdict.PayloadLength));
        }

        Drain();
    }

    private void Deliver(MonotonicTime now, in DatagramVerdict verdict, ReadOnlySpan<byte> payload)
    {
        ReceivedData data = new(now, verdict.Stream, verdict.Component, verdict.Peer, payload.ToArray());
        if (KeepsReceived)
        {
            _received.Add(data);
        }

        DataReceiver?.Invoke(data);
    }

    // An observer may call a verb, which comes here again: the outer call goes on with what that one caused.
    private void Drain()
    {
        if (_draining)
        {
            return;
        }

        _draining = true;
        try
        {
            while (!_disposed && DrainOnce())
            {
            }
        }
        finally
        {
            _draining = false;
        }

        if (!_disposed)
        {
            _timer.Set(Machine.NextTimeout.At);
            Invariants.Settled(Host.Network.Now, Machine, StreamCount);
            Invariants.ThrowIfViolated();
        }
    }

    private bool DrainOnce()
    {
        bool moved = false;
        while (Machine.TryGetTransmit(Host.Network.Now, _buffer, out Transmit transmit))
        {
            moved = true;
            Send(transmit.Socket, transmit.Destination, _buffer.AsSpan(0, transmit.Length));
            _buffer.AsSpan(0, transmit.Length).Fill(Spoilt);
        }

        while (Machine.TryGetHostRequest(out IceHostRequest? request))
        {
            moved = true;
            Answer(request);
        }

        while (!_disposed && Machine.TryGetEvent(out IceAgentEvent? happened))
        {
            moved = true;
            _events.Add(happened);
            _history.Add((Host.Network.Now, happened));
            Observer?.Invoke(happened);
        }

        return moved;
    }

    private void Answer(IceHostRequest request)
    {
        MonotonicTime now = Host.Network.Now;
        switch (request)
        {
            case ListInterfacesRequest list:
                Machine.HandleHostAnswer(now, new InterfacesListed(list.Id, Host.ListAddresses()));
                break;
            case BindUdpRequest bind:
                Machine.HandleHostAnswer(now, Bind(bind));
                break;
            case ResolveServerRequest resolve:
                Host.Network.After(ResolveDelay, () => Resolve(resolve));
                break;
            case FindRouteRequest find:
                Machine.HandleHostAnswer(now, new RouteFound(find.Id, Host.FindRoute(find.Destination), $"{Host.Name} has no route to {find.Destination}"));
                break;
            case ConnectRequest connect:
                Connect(connect);
                break;
            case CloseSocketRequest close:
                if (_streams.Remove(close.Socket, out VirtualServerStream? stream))
                {
                    stream.Close();
                }

                if (_sockets.Remove(close.Socket, out VirtualSocket? closed))
                {
                    closed.Dispose();
                }

                break;
            default:
                throw new InvalidOperationException($"A virtual host cannot do {request.GetType().Name}.");
        }
    }

    private void Connect(ConnectRequest connect)
    {
        SocketHandle handle = connect.Stream;
        VirtualStream stream = Host.Connect(new TransportAddress(connect.LocalAddress.Address, 0), connect.Server, connect.ServerName);
        _streams.Add(handle, new VirtualServerStream(stream)
        {
            Opened = () => Do(m => m.HandleHostAnswer(Host.Network.Now, new StreamConnected(connect.Id, stream.LocalAddress))),
            Failed = detail =>
            {
                _streams.Remove(handle);
                Do(m => m.HandleHostAnswer(Host.Network.Now, new ConnectFailed(connect.Id, HostError.Other, detail)));
            },
            Frame = frame => Receive(handle, Host.Network.Now, connect.Server, frame),
            Ended = () =>
            {
                _streams.Remove(handle);
                Do(m => m.HandleStreamClosed(Host.Network.Now, handle));
            },
        });
    }

    private IceHostAnswer Bind(BindUdpRequest bind)
    {
        if (!Host.TryBind(bind.LocalAddress.Address, bind.Ports, out VirtualSocket? socket, out HostError error))
        {
            return new BindFailed(bind.Id, error, $"{Host.Name} has no {bind.LocalAddress.Address} with a free port.");
        }

        SocketHandle handle = bind.Socket;
        _sockets.Add(handle, socket);
        socket.Receiver = (now, source, datagram) => Receive(handle, now, source, datagram);
        return new SocketBound(bind.Id, socket.LocalAddress);
    }

    private void Resolve(ResolveServerRequest resolve)
    {
        if (_disposed)
        {
            return;
        }

        ServerResolutionSettings settings = new() { Uri = resolve.Uri, SupportedTransports = resolve.Transports };
        ServerResolutionMachine machine = new(settings, _resolutionDraws);
        while (machine.TryGetLookup(out NameLookup? lookup))
        {
            machine.HandleAnswer(new NameLookupAnswer(lookup.Id)
            {
                Addresses = lookup.Kind == NameLookupKind.Addresses && Host.Network.TryResolve(lookup.Name, out IReadOnlyList<IpAddress> addresses) ? addresses : [],
                Services = lookup.Kind == NameLookupKind.Services ? Host.Network.GetServices(lookup.Name) : [],
            });
        }

        ServerResolution found = machine.Result!;
        IceHostAnswer answer = found.Error == ServerResolutionError.None
            ? new ServerResolved(resolve.Id, found.Targets)
            : new ResolveFailed(resolve.Id, HostError.NameNotFound, $"'{resolve.Uri}' leads nowhere on the virtual network: {found.Error}.");
        Do(m => m.HandleHostAnswer(Host.Network.Now, answer));
    }
}
