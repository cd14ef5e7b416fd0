namespace IceSharp.Protocol.Agent;

/// <summary>Finds local candidates: looks for addresses, binds sockets, has servers searched and asked, and says what came of each (RFC 8445 §5.1.1). It always ends.</summary>
internal sealed class Gatherer
{
    private readonly AgentContext _context;
    private readonly CandidateFactory _factory;
    private readonly ServerTasks _tasks;
    private readonly LocalAddressSearch _search;
    private readonly List<LocalSocket> _sockets = [];
    private readonly List<LocalSocket> _binding = [];
    // Addresses whose sockets were given back: they are here still, and have not come anew.
    private readonly HashSet<IpAddress> _freed = [];
    private readonly ServerSearch _servers;
    private AgentStream? _only;
    private MonotonicTime _startedAt;

    public Gatherer(AgentContext context, CandidateFactory factory, ServerTasks tasks)
    {
        _context = context;
        _factory = factory;
        _tasks = tasks;
        _search = new LocalAddressSearch(context) { Found = OnAddresses, Refused = OnRefused };
        _servers = new ServerSearch(context, factory, tasks);
    }

    public IceGatheringState State { get; private set; }

    public IReadOnlyList<LocalSocket> Sockets => _sockets;

    /// <summary>When gathering gives up on what has not answered; Never when it does not run.</summary>
    public MonotonicTime GivesUpAt => State == IceGatheringState.Gathering ? _startedAt + _context.Options.GatheringTimeout : MonotonicTime.Never;

    public void Start(MonotonicTime now)
    {
        if (State == IceGatheringState.New)
        {
            Begin(now, only: null);
        }
    }

    /// <summary>Gathers for streams that were added after the start.</summary>
    public void StartAdded(MonotonicTime now)
    {
        if (State == IceGatheringState.Complete && _context.Streams.Find(s => s.IsInUse && !_sockets.Exists(k => k.Stream == s)) is { } added)
        {
            Regather(now, added);
        }
    }

    /// <summary>Gathers again, for the newest session of all streams or of one: an ICE restart (RFC 8445 §9). Sockets and allocations that still stand serve again.</summary>
    public void Regather(MonotonicTime now, AgentStream? only = null)
    {
        if (State == IceGatheringState.New)
        {
            return;
        }

        bool isRunning = State == IceGatheringState.Gathering;
        MoveTo(IceGatheringState.Gathering);
        foreach (LocalSocket socket in _sockets.Where(s => (only is null || s.Stream == only) && s.IsUsed))
        {
            _factory.AddHost(now, socket, TimeSpan.Zero);
            _tasks.ServeAgain(now, socket);
        }

        Begin(now, isRunning && _only != only ? null : only);
    }

    /// <summary>Takes the host's word that interfaces or addresses have come or gone (RFC 8445 §5.1.1.4).</summary>
    public void HandleNetworkChange(MonotonicTime now)
    {
        if (State != IceGatheringState.New)
        {
            _search.Start(now);
        }
    }

    public LocalSocket? Find(SocketHandle handle)
    {
        foreach (LocalSocket socket in _sockets)
        {
            if (socket.Handle == handle)
            {
                return socket;
            }
        }

        return null;
    }

    /// <summary>Gives back the sockets and allocations of components that a stream does not use any more.</summary>
    public void ReleaseUnused(MonotonicTime now, AgentStream stream, string reason)
    {
        foreach (LocalSocket socket in _sockets.Where(s => s.Stream == stream && !stream.Uses(s.Component)).ToArray())
        {
            foreach (StreamGeneration generation in stream.Generations)
            {
                generation.LocalCandidates.RemoveAll(c => c.Base.Socket == socket);
            }

            _tasks.Retire(now, socket, reason);
            if (socket.Tasks.Count == 0)
            {
                Close(socket);
            }
        }
    }

    /// <summary>Gives back what a concluded stream does not use of a socket: all of it, or what does not belong to the base in use (RFC 8445 §8.3.1).</summary>
    public void Free(MonotonicTime now, LocalSocket socket, CandidateBase? inUse)
    {
        const string Reason = "no selected pair uses it";
        socket.IsFreed = inUse is null;
        if (socket.IsFreed)
        {
            _freed.Add(socket.Interface.Address);
        }

        _tasks.Retire(now, socket, Reason, except: inUse?.Relay);
        if (socket.IsFreed && socket.Tasks.Count == 0)
        {
            Close(socket);
        }
    }

    /// <summary>Closes sockets whose servers have confirmed that their allocations are released, and asks servers again that a restart wants an allocation of in the meantime.</summary>
    public void CloseRetired(MonotonicTime now)
    {
        if (!_tasks.HasRetired)
        {
            return;
        }

        foreach (LocalSocket socket in _sockets.ToArray())
        {
            bool isWantedAgain = _tasks.ForgetReleased(now, socket);
            if (!socket.IsUsed && socket.Tasks.Count == 0)
            {
                Close(socket);
            }
            else if (isWantedAgain && socket.IsUsed)
            {
                _servers.AskAgain(now, socket);
            }
        }
    }

    /// <summary>Ends gathering when everything has answered, or when its time is over.</summary>
    public void Settle(MonotonicTime now)
    {
        if (State != IceGatheringState.Gathering)
        {
            return;
        }

        if (now >= GivesUpAt)
        {
            _tasks.GiveUp(now);
            if (_binding.Count > 0 || _search.IsRunning || _servers.IsRunning)
            {
                _factory.Report(new GatheringOutcome(0, 0, null, null, GatheringResult.Timeout, "interfaces or names were not answered in time", now - _startedAt));
            }

            _servers.Stop();
            MoveTo(IceGatheringState.Complete);
        }
        else if (_binding.Count == 0 && !_search.IsRunning && !_servers.IsRunning && _tasks.AllDone)
        {
            MoveTo(IceGatheringState.Complete);
        }
    }

    private void Begin(MonotonicTime now, AgentStream? only)
    {
        _only = only;
        _startedAt = now;
        MoveTo(IceGatheringState.Gathering);
        _search.Start(now);
        _servers.Start(now, _sockets.Where(s => (only is null || s.Stream == only) && s.IsUsed));
    }

    private void OnRefused(MonotonicTime now, LocalInterfaceAddress? address, string reason)
    {
        if (State == IceGatheringState.Gathering)
        {
            _factory.Report(new GatheringOutcome(0, 0, address?.Address, null, GatheringResult.Skipped, reason, now - _startedAt) { InterfaceName = address?.InterfaceName });
        }
    }

    private void OnAddresses(MonotonicTime now, IReadOnlyList<LocalInterfaceAddress> all, List<LocalInterfaceAddress> ordered)
    {
        _freed.RemoveWhere(f => !all.Any(a => a.Address == f));
        LocalSocket[] lost = [.. _sockets.Where(s => !all.Any(a => a.Address == s.Interface.Address))];
        Announce(lost, ordered);
        Array.ForEach(lost, socket => Lose(now, socket));
        if (State != IceGatheringState.Gathering)
        {
            return;
        }

        if (ordered.Count == 0)
        {
            _factory.Report(new GatheringOutcome(0, 0, null, null, GatheringResult.Skipped, "no usable network interface", now - _startedAt));
        }

        _servers.FindNat64(ordered);
        if (_context.Options.IsLite)
        {
            // One a family; where there are both, ranked by precedence (RFC 8445 §5.2).
            ordered = [.. ordered.DistinctBy(a => a.Address.Family)];
        }

        bool isDualLite = _context.Options.IsLite && ordered.Count > 1;
        foreach (AgentStream stream in _context.Streams.Where(s => _only is null || s == _only))
        {
            for (int component = 1; component <= stream.ComponentCount; component++)
            {
                for (int i = 0; i < ordered.Count; i++)
                {
                    BindUnlessBound(stream, component, ordered[i], isDualLite ? 65535 - LocalPreferences.Precedence(ordered[i].Address) : i);
                }
            }
        }
    }

    // What is new after gathering waits for the next one: candidates of this session have ended (RFC 8838 §13).
    private void Announce(LocalSocket[] lost, List<LocalInterfaceAddress> ordered)
    {
        LocalInterfaceAddress[] gone = [.. lost.Select(s => s.Interface).DistinctBy(a => a.Address)];
        LocalInterfaceAddress[] come = [.. ordered.Where(a => !_freed.Contains(a.Address) && !_sockets.Concat(_binding).Any(s => s.Interface.Address == a.Address))];
        bool isFirst = _sockets.Count + _binding.Count == 0 && State == IceGatheringState.Gathering;
        if (!isFirst && gone.Length + come.Length > 0)
        {
            _context.Events.Add(new LocalAddressesChanged(come, gone));
            if (come.Length > 0 && State == IceGatheringState.Complete)
            {
                _context.Streams.ForEach(s => _context.SuggestRestart(s, "a local address has come"));
            }
        }
    }

    private void Lose(MonotonicTime now, LocalSocket socket)
    {
        _tasks.Lose(now, socket);
        Close(socket);
    }

    private void Close(LocalSocket socket)
    {
        _sockets.Remove(socket);
        _servers.Forget(socket);
        _context.HostRequests.Add(new CloseSocketRequest(_context.HostRequests.NextId(), socket.Handle));
    }

    private void BindUnlessBound(AgentStream stream, int component, LocalInterfaceAddress address, int preferenceIndex)
    {
        bool IsIt(LocalSocket socket) => !socket.IsFreed && socket.Stream == stream && socket.Component == component && socket.Interface.Address == address.Address;
        if (!stream.Uses(component) || _sockets.Exists(IsIt) || _binding.Exists(IsIt))
        {
            return;
        }

        int id = _context.HostRequests.NextId();
        var socket = new LocalSocket(new SocketHandle(id), stream, component, address, preferenceIndex);
        LocalInterfaceAddress bound = _context.Policy.FollowsRoute ? address with { Address = Wildcard(address.Address.Family), ScopeId = 0 } : address;
        _binding.Add(socket);
        _context.HostRequests.Add(
            new BindUdpRequest(id, socket.Handle, bound, _context.Options.Ports, stream.Index, component),
            (now, answer) => OnBound(now, socket, answer));
    }

    private void OnBound(MonotonicTime now, LocalSocket socket, IceHostAnswer answer)
    {
        _binding.Remove(socket);
        if (answer is BindFailed failed)
        {
            GatheringResult result = failed.Error == HostError.PortRangeExhausted ? GatheringResult.PortRangeExhausted : GatheringResult.BindFailed;
            _factory.Report(CandidateFactory.Outcome(socket, result, failed.Detail, now - _startedAt));
            return;
        }

        if (State == IceGatheringState.Complete || !socket.Stream.Uses(socket.Component))
        {
            // The peer was told that no more candidates come.
            _context.HostRequests.Add(new CloseSocketRequest(_context.HostRequests.NextId(), socket.Handle));
            return;
        }

        TransportAddress bound = ((SocketBound)answer).LocalAddress;
        socket.Address = _context.Policy.FollowsRoute ? bound with { Address = socket.Interface.Address } : bound;
        _sockets.Add(socket);
        _factory.AddHost(now, socket, now - _startedAt);
        _servers.Ask(now, socket);
    }

    private static IpAddress Wildcard(IpFamily family) => family == IpFamily.IPv6 ? IpAddress.FromIPv6(0) : IpAddress.FromIPv4(0);

    private void MoveTo(IceGatheringState next)
    {
        if (State != next)
        {
            State = next;
            _context.Events.Add(new GatheringStateChanged(next));
        }
    }
}
