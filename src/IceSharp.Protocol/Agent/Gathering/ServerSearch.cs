using IceSharp.Protocol.Discovery;
using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Agent;

/// <summary>Finds the places of the configured servers by name, and has them asked from each socket that reaches their family (RFC 8445 §5.1.1.2).</summary>
internal sealed class ServerSearch(AgentContext context, CandidateFactory factory, ServerTasks tasks)
{
    private readonly List<(IceServerSettings Server, IReadOnlyList<ServerTarget> Targets)> _found = [];
    private readonly List<LocalSocket> _sockets = [];
    private readonly List<LocalSocket> _waitingForPrefix = [];
    private Nat64Prefix? _nat64;
    private bool _isLookingForNat64;
    private bool _isStopped;
    private MonotonicTime _startedAt;
    private int _open;

    /// <summary>Whether names are still looked up.</summary>
    public bool IsRunning => _open > 0;

    /// <summary>Begins anew, for sockets that are open already; <see cref="Ask(MonotonicTime, LocalSocket)"/> adds others.</summary>
    public void Start(MonotonicTime now, IEnumerable<LocalSocket> sockets)
    {
        _startedAt = now;
        _isStopped = false;
        _found.Clear();
        _sockets.Clear();
        _sockets.AddRange(sockets);
        foreach (IceServerSettings server in context.Options.Servers)
        {
            if (context.Policy.Asks(server) is null)
            {
                factory.Report(new GatheringOutcome(
                    0, 0, null, server.ToString(), GatheringResult.Skipped, $"not needed by the policy {context.Options.TransportPolicy}", TimeSpan.Zero));
            }
            else
            {
                Resolve(now, server);
            }
        }
    }

    /// <summary>Answers that still come have no effect.</summary>
    public void Stop()
    {
        _isStopped = true;
        _waitingForPrefix.Clear();
    }

    /// <summary>Has every server asked from a further socket, at once or when it is found.</summary>
    public void Ask(MonotonicTime now, LocalSocket socket)
    {
        _sockets.Add(socket);
        AskAgain(now, socket);
    }

    /// <summary>Has every server asked that is not being asked from the socket.</summary>
    public void AskAgain(MonotonicTime now, LocalSocket socket)
    {
        foreach ((IceServerSettings server, IReadOnlyList<ServerTarget> targets) in _found)
        {
            Ask(now, socket, server, targets);
        }
    }

    public void Forget(LocalSocket socket)
    {
        _sockets.Remove(socket);
        _waitingForPrefix.Remove(socket);
    }

    /// <summary>Without IPv4 of its own, an agent reaches servers that have nothing but IPv4 through a NAT64, if the network has one.</summary>
    public void FindNat64(List<LocalInterfaceAddress> local)
    {
        bool isIPv6Only = local.Exists(a => a.Address is { Family: IpFamily.IPv6, IsLinkLocal: false, IsLoopback: false })
            && !local.Exists(a => a.Address.Family == IpFamily.IPv4);
        if (isIPv6Only && _nat64 is null && !_isLookingForNat64 && context.Options.Servers.Any(s => context.Policy.Asks(s) is not null))
        {
            _isLookingForNat64 = true;
            LookUp(StunUri.Parse($"stun:{Nat64Prefix.WellKnownName}:3478"), [StunUriTransport.Udp], OnNat64);
        }
    }

    private void Resolve(MonotonicTime now, IceServerSettings server)
    {
        if (IpAddress.TryParse(server.Host, out IpAddress literal))
        {
            ushort port = server.Port ?? (ushort)(server.IsSecure ? 5349 : 3478);
            string? identity = server.IsSecure ? server.VerificationName ?? server.Host : null;
            OnServer(now, server, [.. server.Transports.Select(t => new ServerTarget(t, identity, server.Host, [literal], port))]);
            return;
        }

        LookUp(server.ToUri()!, server.Transports, (at, answer) => OnResolved(at, server, answer));
    }

    private void LookUp(StunUri uri, IReadOnlyList<StunUriTransport> transports, Action<MonotonicTime, IceHostAnswer> onAnswer)
    {
        _open++;
        context.HostRequests.Add(new ResolveServerRequest(context.HostRequests.NextId(), uri, transports), (now, answer) =>
        {
            _open--;
            onAnswer(now, answer);
        });
    }

    private void OnResolved(MonotonicTime now, IceServerSettings server, IceHostAnswer answer)
    {
        if (answer is ResolveFailed failed)
        {
            factory.Report(new GatheringOutcome(0, 0, null, server.ToString(), GatheringResult.NameNotResolved, failed.Detail, now - _startedAt));
        }
        else if (!_isStopped)
        {
            OnServer(now, server, ((ServerResolved)answer).Targets);
        }
    }

    private void OnServer(MonotonicTime now, IceServerSettings server, IReadOnlyList<ServerTarget> targets)
    {
        _found.Add((server, targets));
        foreach (LocalSocket socket in _sockets)
        {
            Ask(now, socket, server, targets);
        }
    }

    private void OnNat64(MonotonicTime now, IceHostAnswer answer)
    {
        _isLookingForNat64 = false;
        _nat64 = answer is ServerResolved resolved ? Nat64Prefix.Find(resolved.Targets.SelectMany(t => t.Addresses)) : null;
        LocalSocket[] waiting = [.. _waitingForPrefix.Distinct()];
        _waitingForPrefix.Clear();
        foreach (LocalSocket socket in waiting)
        {
            foreach ((IceServerSettings server, IReadOnlyList<ServerTarget> targets) in _found)
            {
                Ask(now, socket, server, targets);
            }
        }
    }

    // All addresses of the socket's family, in the order of the resolution: one server, until one of them answers.
    private void Ask(MonotonicTime now, LocalSocket socket, IceServerSettings server, IReadOnlyList<ServerTarget> targets)
    {
        if (socket.Tasks.Exists(t => ReferenceEquals(t.Server, server) && !t.IsAbandoned))
        {
            return;
        }

        ServerPlace[] places =
        [
            .. from target in targets
               where context.Policy.Permits(target.Transport)
               from address in target.Addresses
               let reached = Reach(address.Unmap(), socket.Address.Address)
               where reached is not null
               select new ServerPlace(target.Transport, new TransportAddress(reached.Value, target.Port), server.IsSecure ? server.VerificationName ?? target.Identity : null),
        ];
        if (places.Length > 0)
        {
            tasks.Add(new ServerQuest(socket, server, IndexOf(server), places));
        }
        else if (_isLookingForNat64)
        {
            _waitingForPrefix.Add(socket);
        }
        else
        {
            (GatheringResult result, string detail) = !targets.Any(t => context.Policy.Permits(t.Transport))
                ? (GatheringResult.Skipped, "UDP is off: everything has to go through the proxy")
                : socket.Address.Address.IsLinkLocal && targets.Any(t => t.Addresses.Any(a => a.Unmap().Family == socket.Address.Family))
                    ? (GatheringResult.Skipped, "a link-local address reaches its own link only")
                    : (GatheringResult.NoAddressOfFamily, $"the server has no {socket.Address.Family} address");
            factory.Report(CandidateFactory.Outcome(socket, result, detail, now - _startedAt) with { Server = server.ToString() });
        }
    }

    // As it is, or as the network's NAT64 writes it. Routers do not carry what comes from a link-local address (RFC 4291 §2.5.6): asking from there
    // would be waiting for nothing.
    private IpAddress? Reach(IpAddress address, IpAddress from) =>
        from.IsLinkLocal && !address.IsLinkLocal ? null
        : address.Family == from.Family ? address
        : address.Family == IpFamily.IPv4 ? _nat64?.Synthesize(address)
        : null;

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
}
