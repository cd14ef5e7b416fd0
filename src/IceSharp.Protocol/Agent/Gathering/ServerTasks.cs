using IceSharp.Protocol.Stun.Binding;
using IceSharp.Protocol.Stun.Credentials;
using IceSharp.Protocol.Stun.Transactions;
using IceSharp.Protocol.Turn;

namespace IceSharp.Protocol.Agent;

/// <summary>The agent's dealings with STUN and TURN servers: starts them one a slot, feeds them, and turns their outcomes into candidates (RFC 8445 §5.1.1.2).</summary>
internal sealed class ServerTasks(AgentContext context, CandidateFactory factory, ChecklistSet checklists) : IDisposable
{
    private readonly List<GatheringTask> _tasks = [];

    public bool AllDone => _tasks.TrueForAll(t => t.IsDone);

    public bool WantsSlot => _tasks.Exists(t => t.WantsSlot);

    public bool WantsPassage => _tasks.Exists(t => t.WantsPassage);

    public Deadline NextTimeout
    {
        get
        {
            Deadline next = Deadline.Never;
            foreach (GatheringTask task in _tasks)
            {
                next = Deadline.Min(next, task.NextTimeout);
            }

            return next;
        }
    }

    public void Add(LocalSocket socket, IceServerSettings server, TransportAddress address, int serverIndex)
    {
        StunRetransmissionSettings retransmission = Retransmission();
        bool isTurn = server.Kind == IceServerKind.Turn;
        var task = new GatheringTask(socket, server, address, serverIndex)
        {
            Binding = isTurn ? null : new BindingMachine(
                new BindingSettings { Retransmission = retransmission, Software = context.Options.Software }, address, socket.Handle, context.Random),
            Allocation = !isTurn ? null : new TurnAllocationMachine(
                new TurnAllocationSettings
                {
                    RelayedFamily = address.Family == IpFamily.IPv6 ? IpFamily.IPv6 : IpFamily.None,
                    Retransmission = retransmission,
                    Software = context.Options.Software,
                },
                server.Username is { } username ? new LongTermCredential(username, server.Password ?? string.Empty) : null,
                address,
                socket.Handle,
                context.Random),
        };
        _tasks.Add(task);
        socket.Tasks.Add(task);
    }

    /// <summary>Starts one transaction that keeps a relay usable; the caller has passed the gate.</summary>
    public void StartUpkeep(MonotonicTime now) => _tasks.Find(t => t.WantsPassage)?.Allocation!.StartPending(now);

    /// <summary>Starts one transaction of gathering; the caller has taken a slot.</summary>
    public void StartNext(MonotonicTime now)
    {
        if (_tasks.Find(t => t.WantsSlot) is not { } task)
        {
            return;
        }

        if (task.StartedAt is null)
        {
            task.StartedAt = now;
            task.Binding?.Start(now);
            task.Allocation?.Start(now);
        }

        task.Allocation?.StartPending(now);
    }

    public DatagramVerdict HandleDatagram(MonotonicTime now, GatheringTask task, in TransportPath path, ReadOnlySpan<byte> datagram)
    {
        DatagramVerdict verdict = task.Binding?.HandleDatagram(now, path, datagram) ?? task.Allocation!.HandleDatagram(now, path, datagram);
        if (verdict.Kind == VerdictKind.Consumed)
        {
            Observe(now, task);
        }

        return verdict;
    }

    public void HandleTimeout(MonotonicTime now)
    {
        foreach (GatheringTask task in _tasks)
        {
            task.Binding?.HandleTimeout(now);
            task.Allocation?.HandleTimeout(now);
            if (now >= task.KeepaliveAt)
            {
                task.KeepaliveAt = now + context.Options.KeepaliveInterval;
                task.Binding?.Start(now);
            }

            Observe(now, task);
        }
    }

    public bool TryGetTransmit(MonotonicTime now, Span<byte> buffer, out Transmit transmit)
    {
        foreach (GatheringTask task in _tasks)
        {
            if (task.Binding?.TryGetTransmit(now, buffer, out transmit) == true || task.Allocation?.TryGetTransmit(now, buffer, out transmit) == true)
            {
                return true;
            }
        }

        transmit = default;
        return false;
    }

    /// <summary>Gathering's time is over: what has not answered is reported as silent.</summary>
    public void GiveUp(MonotonicTime now)
    {
        foreach (GatheringTask task in _tasks.Where(t => !t.IsDone))
        {
            Finish(now, task, GatheringResult.Timeout, "no answer before gathering ended", 0);
            task.Allocation?.Close(now);
        }
    }

    /// <summary>Stops keeping server-reflexive bindings alive that no pair in use needs.</summary>
    public void StopKeepalives()
    {
        foreach (GatheringTask task in _tasks)
        {
            task.KeepaliveAt = MonotonicTime.Never;
        }
    }

    /// <summary>Releases the allocations; <see cref="AllClosed"/> tells when the servers have confirmed.</summary>
    public void Close(MonotonicTime now)
    {
        StopKeepalives();
        foreach (GatheringTask task in _tasks)
        {
            task.IsDone = true;
            task.Allocation?.Close(now);
        }

        StartReleases(now);
    }

    /// <summary>Closing is not paced: a release, or its repeat after a challenge, goes at once.</summary>
    public void StartReleases(MonotonicTime now)
    {
        foreach (GatheringTask task in _tasks)
        {
            task.Allocation?.StartPending(now);
        }
    }

    public bool AllClosed => _tasks.TrueForAll(t => t.Allocation is null or { State: not (TurnAllocationState.Closing or TurnAllocationState.Allocated) });

    public void Dispose()
    {
        foreach (GatheringTask task in _tasks)
        {
            task.Allocation?.Dispose();
        }
    }

    private void Observe(MonotonicTime now, GatheringTask task)
    {
        if (task.Binding is { } binding)
        {
            ObserveBinding(now, task, binding);
        }

        while (task.Allocation is { } allocation && allocation.TryGetEvent(out TurnEvent fact))
        {
            ObserveAllocation(now, task, allocation, fact);
        }
    }

    private void ObserveBinding(MonotonicTime now, GatheringTask task, BindingMachine binding)
    {
        if (task.IsDone || binding.State is not (BindingState.Succeeded or BindingState.Failed))
        {
            return;
        }

        if (binding.State == BindingState.Succeeded)
        {
            task.IsDone = true;
            task.KeepaliveAt = now + context.Options.KeepaliveInterval;
            NoteRoundTrip(binding.RoundTripTime);
            factory.AddServerReflexive(now, task, binding.MappedAddress!.Value);
            return;
        }

        (GatheringResult result, string detail) = binding.Failure switch
        {
            BindingFailure.Timeout => (GatheringResult.Timeout, "the server did not answer"),
            BindingFailure.ErrorResponse => (GatheringResult.ServerError, $"error {binding.ErrorCode} {binding.ReasonPhrase}"),
            _ => (GatheringResult.ProtocolError, $"unusable answer ({binding.Failure})"),
        };
        Finish(now, task, result, detail, binding.ErrorCode);
    }

    private void ObserveAllocation(MonotonicTime now, GatheringTask task, TurnAllocationMachine allocation, TurnEvent fact)
    {
        switch (fact.Kind)
        {
            case TurnEventKind.Allocated when !task.IsDone:
                task.IsDone = true;
                NoteRoundTrip(allocation.RoundTripTime);
                if (allocation.MappedAddress is { } mapped)
                {
                    factory.AddServerReflexive(now, task, mapped);
                }

                factory.AddRelayed(now, task, allocation.RelayedAddress!.Value, allocation.MappedAddress);
                break;
            case TurnEventKind.Failed when !task.IsDone:
                Finish(now, task, ResultOf(fact.Failure), DetailOf(fact), fact.ErrorCode);
                break;
            case TurnEventKind.PermissionRefused:
                FailPairs(task, p => p.Remote.Address.Address == fact.Peer, $"the relay refuses {fact.Peer}: {DetailOf(fact)}");
                break;
            case TurnEventKind.Lost:
                FailPairs(task, _ => true, $"the relay has lost the allocation: {DetailOf(fact)}");
                Withdraw(task);
                break;
            default:
                break;
        }
    }

    private void FailPairs(GatheringTask task, Func<CandidatePair, bool> which, string reason)
    {
        Checklist list = task.Socket.Stream.Checklist;
        bool IsHit(CandidatePair pair) => task.RelayBase is not null && ReferenceEquals(pair.Base, task.RelayBase) && which(pair);
        foreach (CandidatePair valid in list.Valid.Where(IsHit).ToArray())
        {
            list.RemoveValid(valid);
        }

        foreach (CandidatePair pair in list.Pairs.Where(IsHit).ToArray())
        {
            checklists.Fail(pair, reason);
        }
    }

    // What is gone is neither described nor paired any more.
    private static void Withdraw(GatheringTask task) =>
        task.Socket.Stream.LocalCandidates.RemoveAll(c => ReferenceEquals(c.Base, task.RelayBase));

    private static GatheringResult ResultOf(TurnFailure failure) => failure switch
    {
        TurnFailure.Timeout or TurnFailure.Unreachable => GatheringResult.Timeout,
        TurnFailure.Unauthorized or TurnFailure.CredentialsMissing or TurnFailure.WrongCredentials => GatheringResult.Unauthorized,
        TurnFailure.IntegrityViolated or TurnFailure.MalformedResponse or TurnFailure.UnknownAttribute or TurnFailure.BadChallenge
            or TurnFailure.BidDown or TurnFailure.UnsupportedAlgorithm => GatheringResult.ProtocolError,
        _ => GatheringResult.ServerError,
    };

    private static string DetailOf(in TurnEvent fact) => fact.Failure switch
    {
        TurnFailure.Timeout => "the server did not answer",
        TurnFailure.Unauthorized => "the server refuses user or password (401)",
        TurnFailure.CredentialsMissing => "the server demands credentials and none are configured",
        _ when fact.ErrorCode != 0 => $"{fact.Failure}: error {fact.ErrorCode} {fact.ReasonPhrase}",
        _ => fact.Failure.ToString(),
    };

    private void Finish(MonotonicTime now, GatheringTask task, GatheringResult result, string detail, int errorCode)
    {
        task.IsDone = true;
        TimeSpan duration = now - (task.StartedAt ?? now);
        factory.Report(CandidateFactory.Outcome(task.Socket, task.Server, result, detail, duration) with { ErrorCode = errorCode });
    }

    private void NoteRoundTrip(TimeSpan? roundTrip)
    {
        if (roundTrip is { } measured)
        {
            context.NoteRoundTrip(measured);
        }
    }

    // Gathering: RTO = max(500 ms, Ta x number of servers asked) (RFC 8445 §14.3).
    private StunRetransmissionSettings Retransmission()
    {
        TimeSpan paced = context.Pacer.Ta * (_tasks.Count + 1);
        StunRetransmissionSettings settings = context.Options.Retransmission;
        return paced > settings.InitialRto ? settings with { InitialRto = paced } : settings;
    }
}
