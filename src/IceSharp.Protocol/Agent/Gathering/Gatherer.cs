
namespace IceSharp.Protocol.Agent;

/// <summary>Finds local candidates: lists interfaces, binds sockets, resolves servers and asks them, and says what came of each (RFC 8445 §5.1.1). It always ends.</summary>
internal sealed class Gatherer(AgentContext context, CandidateFactory factory, ServerTasks tasks)
{
    private readonly List<LocalSocket> _sockets = [];
    private readonly List<(IceServerSettings Server, IReadOnlyList<IpAddress> Addresses)> _servers = [];
    private int _openHostRequests;
    private MonotonicTime _startedAt;

    public IceGatheringState State { get; private set; }

    public IReadOnlyList<LocalSocket> Sockets => _sockets;

    /// <summary>When gathering gives up on what has not answered; Never when it does not run.</summary>
    public MonotonicTime GivesUpAt => State == IceGatheringState.Gathering ? _startedAt + context.Options.GatheringTimeout : MonotonicTime.Never;

    public void Start(MonotonicTime now)
    {
        if (State != IceGatheringState.New)
        {
            return;
        }

        _startedAt = now;
        MoveTo(IceGatheringState.Gathering);
        Ask(new ListInterfacesRequest(context.HostRequests.NextId()), (at, answer) => OnInterfaces(at, ((InterfacesListed)answer).Addresses));
        foreach (IceServerSettings server in context.Options.Servers)
        {
            if (server.Kind == IceServerKind.Stun && context.Options.TransportPolicy == IceTransportPolicy.RelayOnly)
            {
                factory.Report(new GatheringOutcome(
                    0, 0, null, server.ToString(), GatheringResult.Skipped, "relay only: reflexive addresses are not used", TimeSpan.Zero));
            }
            else
            {
                Resolve(server);
            }
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

    /// <summary>Ends gathering when everything has answered, or when its time is over.</summary>
    public void Settle(MonotonicTime now)
    {
        if (State != IceGatheringState.Gathering)
        {
            return;
        }

        if (now >= GivesUpAt)
        {
            tasks.GiveUp(now);
            if (_openHostRequests > 0)
            {
                factory.Report(new GatheringOutcome(0, 0, null, null, GatheringResult.Timeout, "interfaces or names were not answered in time", now - _startedAt));
            }

            MoveTo(IceGatheringState.Complete);
        }
        else if (_openHostRequests == 0 && tasks.AllDone)
        {
            MoveTo(IceGatheringState.Complete);
        }
    }

    private void OnInterfaces(MonotonicTime now, IReadOnlyList<LocalInterfaceAddress> addresses)
    {
        var usable = new List<LocalInterfaceAddress>();
        bool hasTrackingResistant = addresses.Any(a => a.IsTemporary);
        foreach (LocalInterfaceAddress address in addresses)
        {
            if (AddressRules.RefusalOfLocal(address, context.Options, hasTrackingResistant) is { } reason)
            {
                factory.Report(new GatheringOutcome(0, 0, address.Address, null, GatheringResult.Skipped, reason, TimeSpan.Zero));
            }
            else
            {
                usable.Add(address);
            }
        }

        if (usable.Count == 0)
        {
            factory.Report(new GatheringOutcome(0, 0, null, null, GatheringResult.Skipped, "no usable network interface", now - _startedAt));
        }

        List<LocalInterfaceAddress> ordered = LocalPreferences.Interleave(usable);
        foreach (AgentStream stream in context.Streams)
        {
            for (int component = 1; component <= stream.ComponentCount; component++)
            {
                for (int i = 0; i < ordered.Count; i++)
                {
                    Bind(stream, component, ordered[i], i);
                }
            }
        }

    }

    private void Bind(AgentStream stream, int component, LocalInterfaceAddress address, int preferenceIndex)
    {
        int id = context.HostRequests.NextId();
        var socket = new LocalSocket(new SocketHandle(id), stream, component, address, preferenceIndex);
        Ask(
            new BindUdpRequest(id, socket.Handle, address, context.Options.Ports, stream.Index, component),
            (now, answer) => OnBound(now, socket, answer));
    }

    private void OnBound(MonotonicTime now, LocalSocket socket, IceHostAnswer answer)
    {
        if (answer is BindFailed failed)
        {
            GatheringResult result = failed.Error == HostError.PortRangeExhausted ? GatheringResult.PortRangeExhausted : GatheringResult.BindFailed;
            factory.Report(new GatheringOutcome(
                socket.Stream.Index, socket.Component, socket.Interface.Address, null, result, failed.Detail, now - _startedAt));
            return;
        }

        if (State == IceGatheringState.Complete)
        {
            // The peer was told that no more candidates come.
            context.HostRequests.Add(new CloseSocketRequest(context.HostRequests.NextId(), socket.Handle));
            return;
        }

        socket.Address = ((SocketBound)answer).LocalAddress;
        _sockets.Add(socket);
        factory.AddHost(now, socket, now - _startedAt);
        foreach ((IceServerSettings server, IReadOnlyList<IpAddress> addresses) in _servers)
        {
            AskServer(now, socket, server, addresses);
        }
    }

    private void Resolve(IceServerSettings server)
    {
        if (IpAddress.TryParse(server.Host, out IpAddress literal))
        {
            _servers.Add((server, [literal]));
            return;
        }

        Ask(new ResolveNameRequest(context.HostRequests.NextId(), server.Host), (now, answer) => OnResolved(now, server, answer));
    }

    private void OnResolved(MonotonicTime now, IceServerSettings server, IceHostAnswer answer)
    {
        if (answer is ResolveFailed failed)
        {
            factory.Report(new GatheringOutcome(0, 0, null, server.ToString(), GatheringResult.NameNotResolved, failed.Detail, now - _startedAt));
            return;
        }

        if (State == IceGatheringState.Complete)
        {
            return;
        }

        IReadOnlyList<IpAddress> addresses = ((NameResolved)answer).Addresses;
        _servers.Add((server, addresses));
        foreach (LocalSocket socket in _sockets)
        {
            AskServer(now, socket, server, addresses);
        }
    }

    // One address of the socket's family: the first that the resolver prefers.
    private void AskServer(MonotonicTime now, LocalSocket socket, IceServerSettings server, IReadOnlyList<IpAddress> addresses)
    {
        IpAddress? address = null;
        foreach (IpAddress candidate in addresses)
        {
            if (address is null && candidate.Unmap().Family == socket.Address.Family)
            {
                address = candidate.Unmap();
            }
        }

        if (address is not { } found)
        {
            factory.Report(new GatheringOutcome(
                socket.Stream.Index, socket.Component, socket.Address.Address, server.ToString(), GatheringResult.NoAddressOfFamily,
                $"the server has no {socket.Address.Family} address", now - _startedAt));
            return;
        }

        tasks.Add(socket, server, new TransportAddress(found, server.Port), IndexOf(server));
    }

    private int IndexOf(IceServerSettings server)
    {
        for (int i = 0; i < context.Options.Servers.Count; i++)
        {
            if (ReferenceEquals(context.Options.Servers[i], server))
            {
                return i;
            }
        }

        return 0;
    }

    private void Ask(IceHostRequest request, Action<MonotonicTime, IceHostAnswer> onAnswer)
    {
        _openHostRequests++;
        context.HostRequests.Add(request, (now, answer) =>
        {
            _openHostRequests--;
            onAnswer(now, answer);
        });
    }

    private void MoveTo(IceGatheringState next)
    {
        State = next;
        context.Events.Add(new GatheringStateChanged(next));
    }
}
