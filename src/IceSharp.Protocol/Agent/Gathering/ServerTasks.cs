using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Binding;
using IceSharp.Protocol.Stun.Client;
using IceSharp.Protocol.Stun.Credentials;
using IceSharp.Protocol.Stun.Transactions;
using IceSharp.Protocol.Turn;

namespace IceSharp.Protocol.Agent;

/// <summary>The agent's dealings with STUN and TURN servers: starts them one a slot, feeds them, and turns their outcomes into candidates (RFC 8445 §5.1.1.2).</summary>
internal sealed class ServerTasks(AgentContext context, CandidateFactory factory, ChecklistSet checklists) : IDisposable
{
    private readonly List<GatheringTask> _tasks = [];

    public bool AllDone => _tasks.TrueForAll(t => t is { IsDone: true, IsWantedAgain: false });

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
                next = task.RetiredAt is { } retired ? Deadline.Min(next, new Deadline(retired + context.Options.CloseTimeout, TimerReason.Close)) : next;
                next = Deadline.Min(next, new Deadline(task.Quest.NextPlaceAt, TimerReason.Transaction));
            }

            return next;
        }
    }

    /// <summary>Asks a server from a socket: its first place now, the others when that fails or is silent.</summary>
    public void Add(ServerQuest quest)
    {
        if (quest.TryTakePlace(out ServerPlace place))
        {
            Add(quest, place, context.Policy.Asks(quest.Server)!.Value);
        }
    }

    /// <summary>A socket serves another session: what its allocations gave is told again, what is still asked goes on, everything else is asked anew.</summary>
    public void ServeAgain(MonotonicTime now, LocalSocket socket)
    {
        foreach (GatheringTask task in socket.Tasks.ToArray())
        {
            if (!task.IsDone)
            {
                // Asked once more from the same socket, a server that is about to grant an allocation would refuse it (437, RFC 8656 §7.2).
                continue;
            }

            if (task.Allocation is { State: TurnAllocationState.Allocated } allocation)
            {
                TellAllocation(now, task, allocation);
            }
            else if (task.Allocation is null or { State: not TurnAllocationState.Closing })
            {
                Forget(task);
            }
            else
            {
                // A release that is on its way would end the new allocation, too: the server is asked when it has confirmed.
                task.IsWantedAgain = task.RetiredAt is not null;
            }
        }
    }

    /// <summary>Whether allocations are being released whose sockets nobody uses any more.</summary>
    public bool HasRetired => _tasks.Exists(t => t.RetiredAt is not null);

    /// <summary>Nobody uses what was asked from the socket any more: its allocations are released, but for one that is in use, and everything else is forgotten.</summary>
    public void Retire(MonotonicTime now, LocalSocket socket, string reason, GatheringTask? except = null)
    {
        foreach (GatheringTask task in socket.Tasks.Where(t => t != except && t.RetiredAt is null).ToArray())
        {
            if (!task.IsDone)
            {
                Finish(now, task, GatheringResult.Skipped, reason, 0);
            }

            task.Quest.IsDone = true;
            task.KeepaliveAt = MonotonicTime.Never;
            if (task.Allocation is { State: TurnAllocationState.Allocated } allocation)
            {
                task.RetiredAt = now;
                allocation.Close(now);
                allocation.StartPending(now);
            }
            else
            {
                Forget(task);
            }
        }
    }

    /// <summary>Forgets the allocations of a socket that the server has released, or has had time enough to.</summary>
    /// <returns>Whether one of them is wanted again.</returns>
    public bool ForgetReleased(MonotonicTime now, LocalSocket socket)
    {
        bool isWantedAgain = false;
        foreach (GatheringTask task in socket.Tasks.ToArray())
        {
            bool isOver = task.RetiredAt is { } retired
                && (now >= retired + context.Options.CloseTimeout || task.Allocation is not { State: TurnAllocationState.Closing or TurnAllocationState.Allocated });
            if (isOver)
            {
                isWantedAgain |= task.IsWantedAgain;
                Forget(task);
            }
        }

        return isWantedAgain;
    }

    /// <summary>A local address is gone, and with it everything that was reached from it.</summary>
    public void Lose(MonotonicTime now, LocalSocket socket)
    {
        foreach (GatheringTask task in socket.Tasks.ToArray())
        {
            if (!task.IsDone)
            {
                Finish(now, task, GatheringResult.NotRoutable, "the local address is gone", 0);
            }

            Forget(task);
        }

        AgentStream stream = socket.Stream;
        SuggestIfInUse(socket, @base => @base.Socket == socket, $"the local address {socket.Address.Address} of the pair in use is gone");
        foreach (StreamGeneration generation in stream.Generations)
        {
            checklists.FailAll(generation.Checklist, pair => pair.Base.Socket == socket, $"the local address {socket.Address.Address} is gone");
            foreach (LocalCandidate candidate in generation.LocalCandidates.Where(c => c.Base.Socket == socket).ToArray())
            {
                generation.LocalCandidates.Remove(candidate);
                context.Events.Add(new LocalCandidateLost(stream.Index, candidate.Info));
            }
        }
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
            Open(task);
            task.StartedAt = now;
            task.GivesUpAt = now + context.Options.ServerTimeout;
            if (!task.Stream.IsNone)
            {
                // Connecting is no transaction; the first one waits for a slot of its own.
                context.HostRequests.Add(
                    new ConnectRequest(task.Stream.Id, task.Stream, task.Socket.Interface, task.ServerAddress, task.Place.Transport == StunUriTransport.Tls ? task.Place.Identity : null),
                    (at, answer) => OnConnected(at, task, answer));
                return;
            }

            task.Binding?.Start(now);
            task.Allocation?.Start(now);
        }

        task.Allocation?.StartPending(now);
    }

    /// <summary>Finds what a connection to a server serves; null when none of that name stands.</summary>
    public GatheringTask? FindStream(SocketHandle stream) => _tasks.Find(t => t.HasStream && t.Stream == stream);

    /// <summary>Takes the end of a connection to a server.</summary>
    public void HandleStreamClosed(MonotonicTime now, SocketHandle stream)
    {
        if (FindStream(stream) is { } task)
        {
            CloseStream(task);
            task.Allocation?.HandleStreamClosed(now, stream);
            Observe(now, task);
        }
    }

    public DatagramVerdict HandleDatagram(MonotonicTime now, GatheringTask task, in TransportPath path, ReadOnlySpan<byte> datagram)
    {
        DatagramVerdict verdict = task.Binding?.HandleDatagram(now, path, datagram)
            ?? task.Allocation?.HandleDatagram(now, path, datagram)
            ?? DatagramVerdict.Dropped(DropReason.UnmatchedResponse);
        if (verdict.Kind == VerdictKind.Consumed)
        {
            Observe(now, task);
        }

        return verdict;
    }

    public void HandleTimeout(MonotonicTime now)
    {
        // By index: what ends may bring a further task.
        for (int i = 0; i < _tasks.Count; i++)
        {
            GatheringTask task = _tasks[i];
            if (task.IsAbandoned && task.Allocation is null)
            {
                continue;
            }

            task.Binding?.HandleTimeout(now);
            task.Allocation?.HandleTimeout(now);
            if (now >= task.KeepaliveAt)
            {
                task.KeepaliveAt = now + context.Options.KeepaliveInterval;
                task.Binding?.Start(now);
                task.OwesKeepalive = task.Allocation is not null;
            }

            Observe(now, task);
            if (now >= task.GivesUpAt)
            {
                Abandon(now, task, GatheringResult.Timeout, "no answer in the time given to a server");
                AskNextPlace(task.Quest);
            }

            if (now >= task.Quest.NextPlaceAt)
            {
                AskNextPlace(task.Quest);
            }
        }
    }

    /// <summary>Takes the host's word that a datagram had no way to its destination.</summary>
    public void HandleUnreachable(MonotonicTime now, SocketHandle socket, TransportAddress destination)
    {
        for (int i = 0; i < _tasks.Count; i++)
        {
            GatheringTask task = _tasks[i];
            if (!task.IsDone && task.Handle == socket && task.ServerAddress == destination)
            {
                task.Binding?.HandleUnreachable(now, destination);
                task.Allocation?.HandleUnreachable(now, destination);
                Observe(now, task);
            }
        }
    }

    public bool TryGetTransmit(MonotonicTime now, Span<byte> buffer, out Transmit transmit)
    {
        foreach (GatheringTask task in _tasks)
        {
            bool asks = !task.IsAbandoned && task.Binding is not null;
            if ((asks && task.Binding!.TryGetTransmit(now, buffer, out transmit)) || task.Allocation?.TryGetTransmit(now, buffer, out transmit) == true
                || TryGetKeepalive(buffer, task, out transmit))
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
            bool asked = task.StartedAt is not null;
            Abandon(now, task, asked ? GatheringResult.Timeout : GatheringResult.Skipped, asked ? "no answer before gathering ended" : "gathering ended before its turn");
            task.Quest.IsDone = true;
        }

        _tasks.ForEach(t => t.IsWantedAgain = false);
    }

    /// <summary>Stops keeping NATs from forgetting ways to servers that no pair in use needs.</summary>
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

    // Refreshes are minutes apart and NATs forget within seconds: until a pair is chosen, whose checks and data then go this way, nothing
    // else might. Once the 5-tuple is another one, the server knows no allocation on it.
    private bool TryGetKeepalive(Span<byte> buffer, GatheringTask task, out Transmit transmit)
    {
        bool owes = task.OwesKeepalive && task.Allocation is { State: TurnAllocationState.Allocated };
        task.OwesKeepalive = false;
        transmit = !owes ? default : new Transmit(task.Handle, task.ServerAddress, CheckMessages.Keepalive(buffer, StunTransactionId.Create(context.Random)).Length);
        return owes;
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

        if (task.HasStream && task.Allocation is { State: TurnAllocationState.Closed or TurnAllocationState.Failed or TurnAllocationState.Lost })
        {
            CloseStream(task);
        }
    }

    private void OnConnected(MonotonicTime now, GatheringTask task, IceHostAnswer answer)
    {
        if (answer is ConnectFailed failed)
        {
            if (!task.IsDone)
            {
                GatheringResult result = failed.Error == HostError.Other ? GatheringResult.ProtocolError : GatheringResult.NotRoutable;
                Finish(now, task, result, failed.Detail, 0);
                AskNextPlace(task.Quest);
            }

            return;
        }

        task.HasStream = true;
        if (task.IsDone)
        {
            // Somebody else was first.
            CloseStream(task);
        }
        else
        {
            task.Allocation!.Start(now);
        }
    }

    private void CloseStream(GatheringTask task)
    {
        task.HasStream = false;
        context.HostRequests.Add(new CloseSocketRequest(context.HostRequests.NextId(), task.Stream));
    }

    private void ObserveBinding(MonotonicTime now, GatheringTask task, BindingMachine binding)
    {
        if (task.IsDone || binding.State is not (BindingState.Succeeded or BindingState.Failed))
        {
            return;
        }

        if (binding.State == BindingState.Succeeded)
        {
            Conclude(now, task);
            task.KeepaliveAt = now + context.Options.KeepaliveInterval;
            NoteRoundTrip(binding.RoundTripTime);
            factory.AddServerReflexive(now, task, binding.MappedAddress!.Value);
            return;
        }

        (GatheringResult result, string detail) = binding.Failure switch
        {
            BindingFailure.Timeout => (GatheringResult.Timeout, "the server did not answer"),
            BindingFailure.Unreachable => (GatheringResult.NotRoutable, "no route to the server"),
            BindingFailure.ErrorResponse => (GatheringResult.ServerError, $"error {binding.ErrorCode} {binding.ReasonPhrase}"),
            _ => (GatheringResult.ProtocolError, $"unusable answer ({binding.Failure})"),
        };
        Finish(now, task, result, detail, binding.ErrorCode);
        AskElsewhere(task, result);
    }

    private void ObserveAllocation(MonotonicTime now, GatheringTask task, TurnAllocationMachine allocation, TurnEvent fact)
    {
        switch (fact.Kind)
        {
            case TurnEventKind.Allocated when !task.IsDone:
                Conclude(now, task);
                task.KeepaliveAt = now + context.Options.KeepaliveInterval;
                NoteRoundTrip(allocation.RoundTripTime);
                TellAllocation(now, task, allocation);
                break;
            case TurnEventKind.Failed when !task.IsDone:
                Finish(now, task, ResultOf(fact.Failure), DetailOf(fact), fact.ErrorCode);
                AskElsewhere(task, ResultOf(fact.Failure));
                if (fact.Failure is TurnFailure.QuotaReached or TurnFailure.InsufficientCapacity && context.Policy.ShowsReflexive)
                {
                    // No relay to be had, but the server can still tell the address that it sees (RFC 8445 §5.1.1.2).
                    task.Quest.IsDone = true;
                    Add(task.Quest, task.Place, IceServerKind.Stun);
                }
                else if (fact.Failure == TurnFailure.AddressFamilyNotSupported && !task.Quest.IsDone)
                {
                    // Reached over IPv6, perhaps through a NAT64, but it relays IPv4 only, which is worth having too.
                    task.Quest.IsDone = true;
                    Add(task.Quest, task.Place, IceServerKind.Turn, relaysOwnFamily: false);
                }

                break;
            case TurnEventKind.PermissionRefused:
                FailPairs(task, p => p.Remote.Address.Address == fact.Peer, $"the relay refuses {fact.Peer}: {DetailOf(fact)}");
                break;
            case TurnEventKind.Lost:
                SuggestIfInUse(task.Socket, @base => @base == task.RelayBase, $"the relay of the pair in use has lost the allocation: {DetailOf(fact)}");
                FailPairs(task, _ => true, $"the relay has lost the allocation: {DetailOf(fact)}");
                task.KeepaliveAt = MonotonicTime.Never;
                Withdraw(task);
                break;
            default:
                break;
        }
    }

    private void TellAllocation(MonotonicTime now, GatheringTask task, TurnAllocationMachine allocation)
    {
        // What a server sees of a TCP connection is no address for UDP.
        if (allocation.MappedAddress is { } mapped && task.Stream.IsNone)
        {
            factory.AddServerReflexive(now, task, mapped);
        }

        factory.AddRelayed(now, task, allocation.RelayedAddress!.Value, allocation.MappedAddress);
    }

    private void FailPairs(GatheringTask task, Func<CandidatePair, bool> which, string reason)
    {
        if (task.RelayBase is { } relay)
        {
            foreach (StreamGeneration generation in task.Socket.Stream.Generations)
            {
                checklists.FailAll(generation.Checklist, pair => ReferenceEquals(pair.Base, relay) && which(pair), reason);
            }
        }
    }

    private void Forget(GatheringTask task)
    {
        _tasks.Remove(task);
        task.Socket.Tasks.Remove(task);
        task.Allocation?.Dispose();
        if (task.HasStream)
        {
            CloseStream(task);
        }
    }

    // What is gone is neither described nor paired any more.
    private static void Withdraw(GatheringTask task)
    {
        foreach (StreamGeneration generation in task.Socket.Stream.Generations)
        {
            generation.LocalCandidates.RemoveAll(c => ReferenceEquals(c.Base, task.RelayBase));
        }
    }

    private void SuggestIfInUse(LocalSocket socket, Predicate<CandidateBase> isLost, string reason)
    {
        if (socket.Stream.Route(socket.Component) is not null && isLost(socket.Stream.RouteBase(socket.Component)!))
        {
            context.SuggestRestart(socket.Stream, reason);
        }
    }

    private static GatheringResult ResultOf(TurnFailure failure) => failure switch
    {
        TurnFailure.Timeout => GatheringResult.Timeout,
        TurnFailure.Unreachable or TurnFailure.StreamClosed => GatheringResult.NotRoutable,
        TurnFailure.Unauthorized or TurnFailure.CredentialsMissing or TurnFailure.WrongCredentials => GatheringResult.Unauthorized,
        TurnFailure.IntegrityViolated or TurnFailure.MalformedResponse or TurnFailure.UnknownAttribute or TurnFailure.BadChallenge
            or TurnFailure.BidDown or TurnFailure.UnsupportedAlgorithm => GatheringResult.ProtocolError,
        _ => GatheringResult.ServerError,
    };

    private static string DetailOf(in TurnEvent fact) => fact.Failure switch
    {
        TurnFailure.Timeout => "the server did not answer",
        TurnFailure.Unreachable => "no route to the server",
        TurnFailure.StreamClosed => "the connection to the server ended",
        TurnFailure.Unauthorized => "the server refuses user or password (401)",
        TurnFailure.CredentialsMissing => "the server demands credentials and none are configured",
        _ when fact.ErrorCode != 0 => $"{fact.Failure}: error {fact.ErrorCode} {fact.ReasonPhrase}",
        _ => fact.Failure.ToString(),
    };

    private void Add(ServerQuest quest, ServerPlace place, IceServerKind kind, bool relaysOwnFamily = true)
    {
        LocalSocket socket = quest.Socket;
        bool isTurn = kind == IceServerKind.Turn;
        bool isStream = isTurn && place.Transport is StunUriTransport.Tcp or StunUriTransport.Tls;

        var task = new GatheringTask(quest, place)
        {
            // A connection's name has the number of the request that asks for it.
            Stream = isStream ? new SocketHandle(context.HostRequests.NextId()) : default,
            IsTurn = isTurn,
            RelayedFamily = relaysOwnFamily && place.Address.Family == IpFamily.IPv6 ? IpFamily.IPv6 : IpFamily.None,
        };
        _tasks.Add(task);
        quest.Tasks.Add(task);
        socket.Tasks.Add(task);
    }

    // At the first slot and not before: the timeout follows from how many others wait for theirs.
    private void Open(GatheringTask task)
    {
        StunRetransmissionSettings retransmission = Retransmission();
        if (!task.IsTurn)
        {
            task.Binding = new BindingMachine(
                new BindingSettings { Retransmission = retransmission, Software = context.Options.Software }, task.Place.Address, task.Socket.Handle, context.Random);
            return;
        }

        task.Allocation = new TurnAllocationMachine(
            new TurnAllocationSettings
            {
                Link = task.Stream.IsNone ? StunLinkKind.Datagram : StunLinkKind.Stream,
                IsLinkSecure = task.Place.Transport == StunUriTransport.Tls,
                RelayedFamily = task.RelayedFamily,
                Retransmission = retransmission,
                Software = context.Options.Software,
            },
            task.Server.Username is { } username ? new LongTermCredential(username, task.Server.Password ?? string.Empty) : null,
            task.Place.Address,
            task.Handle,
            context.Random);
    }

    private void AskNextPlace(ServerQuest quest)
    {
        if (quest.TryTakePlace(out ServerPlace place))
        {
            Add(quest, place, context.Policy.Asks(quest.Server)!.Value);
        }
    }

    // An answer is an answer, also a bad one; only who does not answer gives way to the next (RFC 8489 §8.1).
    private void AskElsewhere(GatheringTask task, GatheringResult result)
    {
        if (result is GatheringResult.Timeout or GatheringResult.NotRoutable)
        {
            AskNextPlace(task.Quest);
        }
    }

    // The first place that answers is the server; the others are not waited for.
    private void Conclude(MonotonicTime now, GatheringTask answered)
    {
        answered.IsDone = true;
        answered.GivesUpAt = MonotonicTime.Never;
        answered.Quest.IsDone = true;
        foreach (GatheringTask other in answered.Quest.Tasks.Where(t => !t.IsDone))
        {
            Abandon(now, other, GatheringResult.Skipped, "another address of the server answered first");
        }
    }

    private void Abandon(MonotonicTime now, GatheringTask task, GatheringResult result, string detail)
    {
        Finish(now, task, result, detail, 0);
        task.Allocation?.Close(now);
    }

    private void Finish(MonotonicTime now, GatheringTask task, GatheringResult result, string detail, int errorCode)
    {
        task.IsDone = true;
        task.IsAbandoned = true;
        task.GivesUpAt = MonotonicTime.Never;
        TimeSpan duration = now - (task.StartedAt ?? now);
        factory.Report(CandidateFactory.Outcome(task, result, detail, duration) with { ErrorCode = errorCode });
    }

    private void NoteRoundTrip(TimeSpan? roundTrip)
    {
        if (roundTrip is { } measured)
        {
            context.NoteRoundTrip(measured);
        }
    }

    // RTO = max(500 ms, Ta x candidates to be gathered) (RFC 8445 §14.3): a TURN server gives two.
    private StunRetransmissionSettings Retransmission()
    {
        TimeSpan paced = context.Pacer.Ta * _tasks.Sum(t => t.IsDone ? 0 : t.IsTurn ? 2 : 1);
        StunRetransmissionSettings settings = context.Options.Retransmission;
        return paced > settings.InitialRto ? settings with { InitialRto = paced } : settings;
    }
}
