using System.Diagnostics.CodeAnalysis;

namespace IceSharp.Protocol.Agent;

/// <summary>An ICE agent (RFC 8445), full or lite, without I/O: datagrams and time go in; datagrams, host requests and events come out.</summary>
/// <remarks>
/// Inputs mutate and never block; after each batch of inputs poll, in this order and until empty, <see cref="TryGetTransmit"/>,
/// <see cref="TryGetHostRequest"/>, <see cref="TryGetEvent"/>, then read <see cref="NextTimeout"/>. What a peer sends never throws.
/// Not thread safe: one thread runs it.
/// </remarks>
[Experimental("ICE0001")]
public sealed class IceAgentMachine : IDisposable
{
    private readonly AgentContext _context;
    private readonly IAgentJournal? _journal;
    private readonly ChecklistSet _checklists;
    private readonly Nominations _nominations;
    private readonly CheckInitiator _initiator;
    private readonly SecondRound _secondRound;
    private readonly DatagramIntake _intake;
    private readonly CandidateFactory _factory;
    private readonly ServerTasks _servers;
    private readonly Gatherer _gatherer;
    private readonly ChecklistProgress _progress;
    private readonly ConsentFreshness _consent;
    private readonly Restarts _restarts;
    private readonly Freeing _freeing;
    private readonly Keepalives _keepalives;
    private readonly RemoteDescriptions _remote;
    private readonly RemoteCandidatesCheck _remoteCandidates;
    private readonly StreamEnds _ends;
    private readonly OfferAdvice _advice;
    private readonly long[] _drops = new long[Enum.GetValues<DropReason>().Length];
    private bool _gatheringHadTheLastSlot;
    private IceDescription? _described;

    /// <summary>Creates an agent without data streams.</summary>
    /// <param name="options">Settings.</param>
    /// <param name="random">Source of credentials, tie-breaker and transaction IDs.</param>
    /// <param name="pacingGate">The limit shared by the agents of the process.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option lies outside its range.</exception>
    public IceAgentMachine(IceAgentMachineOptions options, IRandomSource random, IPacingGate pacingGate)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentNullException.ThrowIfNull(pacingGate);
        AgentOptionsValidation.Validate(options);

        _journal = options.Journal;
        _journal?.Created(options);
        _context = new AgentContext(AgentJournals.Observe(options), AgentJournals.Observe(random, _journal), AgentJournals.Observe(pacingGate, _journal));
        _checklists = new ChecklistSet(_context);
        var evidence = new Evidence(_context);
        _nominations = new Nominations(_context, _checklists, evidence, pair => _initiator!.Cancel(pair), () => _gatherer!.State == IceGatheringState.Complete);
        var conclusions = new CheckConclusions(_context, _checklists, _nominations);
        _initiator = new CheckInitiator(_context, _checklists, conclusions);
        _secondRound = new SecondRound(_context, _checklists, _initiator, evidence);
        var lite = new LiteSelection(_context, _checklists, _nominations);
        var triggered = new TriggeredChecks(_context, _checklists, _initiator, _nominations, lite);
        _factory = new CandidateFactory(_context, _checklists);
        _servers = new ServerTasks(_context, _factory, _checklists);
        _gatherer = new Gatherer(_context, _factory, _servers);
        _progress = new ChecklistProgress(_context, _checklists, _gatherer);
        _consent = new ConsentFreshness(_context, _checklists, conclusions);
        _keepalives = new Keepalives(_context, _consent);
        _freeing = new Freeing(_context, _gatherer, _initiator);
        _restarts = new Restarts(_context, _initiator, _consent, _gatherer);
        _ends = new StreamEnds(_context, _gatherer, _initiator, _restarts);
        _advice = new OfferAdvice(_context);
        _remoteCandidates = new RemoteCandidatesCheck(_context);
        _remote = new RemoteDescriptions(_context, _checklists, triggered, _restarts, _ends, _remoteCandidates, lite);
        _intake = new DatagramIntake(_context, _gatherer, _servers, _initiator, new CheckResponder(_context, conclusions, triggered), _consent);
    }

    /// <summary>The role now.</summary>
    public IceRole Role => _context.Role.Current;

    /// <summary>How far gathering has come.</summary>
    public IceGatheringState GatheringState => _gatherer.State;

    /// <summary>How far checking has come.</summary>
    public IceConnectionState State => _progress.State;

    /// <summary>What came of each local address and server so far.</summary>
    public IReadOnlyList<GatheringOutcome> GatheringReport => _factory.Outcomes;

    /// <summary>When and why <see cref="HandleTimeout"/> wants to be called; asking changes nothing.</summary>
    public Deadline NextTimeout
    {
        get
        {
            if (_context.ClosingSince is { } since)
            {
                return _context.IsClosed
                    ? Deadline.Never
                    : Deadline.Min(_servers.NextTimeout, new Deadline(since + _context.Options.CloseTimeout, TimerReason.Close));
            }

            Deadline next = Deadline.Min(new Deadline(_initiator.NextDeadline, TimerReason.Transaction), _servers.NextTimeout);
            next = Deadline.Min(next, new Deadline(_gatherer.GivesUpAt, TimerReason.Transaction));
            next = Deadline.Min(next, new Deadline(_nominations.NextDecision, TimerReason.Nomination));
            next = Deadline.Min(next, new Deadline(_consent.NextDeadline, TimerReason.Consent));
            next = Deadline.Min(next, new Deadline(_restarts.NextDeadline, TimerReason.Restart));
            next = Deadline.Min(next, new Deadline(_secondRound.NextDeadline, TimerReason.Nomination));
            next = Deadline.Min(next, new Deadline(_freeing.NextDeadline, TimerReason.Freeing));
            next = Deadline.Min(next, new Deadline(_keepalives.NextDeadline, TimerReason.Keepalive));
            next = Deadline.Min(next, new Deadline(_progress.PatienceEndsAt, TimerReason.Pac));
            next = HasPacedWork ? Deadline.Min(next, new Deadline(_context.Pacer.NextSlot, TimerReason.Pacing)) : next;
            return _servers.WantsPassage ? Deadline.Min(next, new Deadline(_context.Pacer.NextPassage, TimerReason.Pacing)) : next;
        }
    }

    /// <summary>Whether an answer should wait a moment: the offer names pairs in <c>a=remote-candidates</c> that this agent is still checking (RFC 8839 §4.4.2).</summary>
    public bool IsAnswerPending => _remoteCandidates.IsPending;

    private bool HasPacedWork => _servers.WantsSlot || _checklists.HasNext();

    /// <summary>How many datagrams were dropped for a reason.</summary>
    public long GetDropCount(DropReason reason) => _drops[(int)reason];

    /// <summary>How often a bound on what the peer can cause was met.</summary>
    public long GetLimitCount(IceAgentLimit limit) => _context.Limits[limit];

    /// <summary>How many candidates of the peer were refused for a reason.</summary>
    public long GetRefusedCandidateCount(RemoteCandidateRefusal reason) => _context.RefusedCandidates[(int)reason];

    /// <summary>Adds a data stream. One that comes after gathering has started is gathered for with the next <see cref="StartGathering"/>, and keeps its place behind the others in all descriptions.</summary>
    /// <param name="mid">Identification of the stream: 1 to 32 token characters, unique in the agent.</param>
    /// <param name="componentCount">Number of components, 1 to 256: 2 for RTP with separate RTCP.</param>
    /// <param name="media">What its m= line says; null is <see cref="SdpMedia.Audio"/>.</param>
    /// <returns>The stream's index, counting from 0.</returns>
    /// <exception cref="ArgumentException"><paramref name="mid"/> is empty, too long or taken, or has a character that no token has.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="componentCount"/> is outside 1 to 256.</exception>
    public int AddDataStream(string mid, int componentCount, SdpMedia? media = null)
    {
        _journal?.Called(nameof(AddDataStream), mid, componentCount, media);
        AgentOptionsValidation.ValidateStream(mid, componentCount, _context.Streams);
        _context.Streams.Add(new AgentStream(_context.Streams.Count, mid, componentCount, media ?? SdpMedia.Audio, _context.Random));
        return _context.Streams.Count - 1;
    }

    /// <summary>Takes a stream out of use: its checks end, its sockets and allocations are given back, and descriptions show it with port 0. For BUNDLE, and for media that are switched off.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such stream.</exception>
    public void RemoveDataStream(MonotonicTime now, int stream)
    {
        _journal?.Called(nameof(RemoveDataStream), now, stream);
        AgentStream target = GetStream(stream);
        if (!_context.IsClosing)
        {
            _ends.End(now, target, IceStreamEnd.Removed, $"stream '{target.Mid}' was removed by the application");
            Advance(now);
        }
    }

    /// <summary>Has RTP and RTCP of a stream share component 1 from now on, because both sides have agreed to: the other components are given up (RFC 5761 §5.1.3).</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such stream.</exception>
    public void UseRtcpMux(MonotonicTime now, int stream)
    {
        _journal?.Called(nameof(UseRtcpMux), now, stream);
        AgentStream target = GetStream(stream);
        if (!_context.IsClosing && target.IsInUse)
        {
            _ends.Mux(now, target);
            Advance(now);
        }
    }

    /// <summary>Starts gathering of local candidates for all streams, and for those that were added since. Otherwise calling it again does nothing.</summary>
    /// <exception cref="InvalidOperationException">There is no data stream.</exception>
    public void StartGathering(MonotonicTime now)
    {
        _journal?.Called(nameof(StartGathering), now);
        if (_context.Streams.Count == 0)
        {
            throw new InvalidOperationException("There is no data stream to gather for.");
        }

        if (!_context.IsClosing)
        {
            _gatherer.Start(now);
            _gatherer.StartAdded(now);
            Advance(now);
        }
    }

    /// <summary>Describes this agent for the peer: credentials, options and the candidates found so far. An agent with undecided role that describes itself before it knows the peer becomes controlling.</summary>
    /// <param name="kind">
    /// Unknown, the default, describes the session in force with all its candidates. An offer or answer of a completed stream shows the nominated pairs only, and an
    /// offer of the controlling agent names the peer's side of them in <c>a=remote-candidates</c> (RFC 8839 §4.4.1.2.2).
    /// </param>
    /// <returns>The description; versions grow by one with each change from one call to the next (RFC 3264 §8).</returns>
    public IceDescription CreateLocalDescription(IceDescriptionKind kind = IceDescriptionKind.Unknown)
    {
        _journal?.Called(nameof(CreateLocalDescription), kind);
        _context.MadeTheOffer ??= true;
        if (_context.ChecksBeganAt is null && Role == IceRole.Undecided)
        {
            // From now on the peer can check, and its first check may already be a role conflict.
            _context.Role.Decide(IceRole.Controlling, "this agent made the offer");
        }

        IceDescription description = LocalDescriptions.Describe(_context, kind, GatheringState == IceGatheringState.Complete);
        _described = _described is null ? description with { SessionId = SessionIds.New(_context.Random) } : description.AsUpdateOf(_described);
        return _described;
    }

    /// <summary>Begins an ICE restart: fresh credentials and candidates, while the session in force goes on and carries data (RFC 8445 §9). The peer is to be told <see cref="CreateLocalDescription"/>; its answer, <see cref="SetRemoteDescription"/> with new credentials, puts the new session in force.</summary>
    /// <remarks>Calling it again before the answer draws fresh credentials again. A restart of the peer needs no call: new credentials in its description are one.</remarks>
    /// <param name="now">The current time.</param>
    /// <param name="stream">Index of the data stream; null restarts all.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such stream.</exception>
    public void Restart(MonotonicTime now, int? stream = null)
    {
        _journal?.Called(nameof(Restart), now, stream);
        IReadOnlyList<AgentStream> targets = stream is { } index ? [GetStream(index)] : _context.Streams;
        if (_context.IsClosing)
        {
            return;
        }

        foreach (AgentStream target in targets)
        {
            _restarts.Begin(now, target);
        }

        Advance(now);
    }

    /// <summary>Takes back a restart that the peer has not answered: the session in force stays, and <see cref="CreateLocalDescription"/> shows it again.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="stream">Index of the data stream; null takes all back.</param>
    /// <returns>Whether there was one to take back.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no such stream.</exception>
    public bool RollbackRestart(MonotonicTime now, int? stream = null)
    {
        _journal?.Called(nameof(RollbackRestart), now, stream);
        IReadOnlyList<AgentStream> targets = stream is { } index ? [GetStream(index)] : _context.Streams;
        bool any = false;
        foreach (AgentStream target in targets)
        {
            any |= _restarts.Rollback(target);
        }

        Advance(now);
        return any;
    }

    /// <summary>Takes the peer's description; checks start as soon as pairs can be formed, and gathering if it has not started yet.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="description">The description; streams are matched by position. Those that it rejects or does not use ICE for end here too.</param>
    /// <param name="kind">Whether it is an offer or an answer; the first description is taken as an answer when this agent has described itself before. An explicit answer with other credentials, when no restart of this agent is open, is that of another branch of a forked offer: the session moves to that peer, with the same candidates, and the one before is let go when a pair is nominated.</param>
    /// <exception cref="ArgumentException">The description has another number of streams than this agent, no stream with credentials though its kind is not known, or changes that only an ICE restart may make.</exception>
    public void SetRemoteDescription(MonotonicTime now, IceDescription description, IceDescriptionKind kind = IceDescriptionKind.Unknown)
    {
        ArgumentNullException.ThrowIfNull(description);
        _journal?.Called(nameof(SetRemoteDescription), now, description, kind);
        if (_context.IsClosing)
        {
            return;
        }

        _remote.Set(now, description, kind);

        // The answering side begins with what it has, before anybody accepts the call (RFC 8445 §5.1.1).
        _gatherer.Start(now);
        Advance(now);
    }

    /// <summary>Takes one more candidate of the peer (trickle, RFC 8838). One that comes before the description is kept.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such stream.</exception>
    public void AddRemoteCandidate(MonotonicTime now, int stream, IceCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        _journal?.Called(nameof(AddRemoteCandidate), now, stream, candidate);
        AgentStream target = GetStream(stream);
        if (_context.IsClosing)
        {
            return;
        }

        _remote.Add(now, target, candidate);
        Advance(now);
    }

    /// <summary>Takes candidates that the peer trickles in a fragment (RFC 8840 §4.4): streams are found by their mid; what was known before, and fragments of other generations, change nothing. One that comes before the description is kept.</summary>
    public void AddRemoteFragment(MonotonicTime now, IceFragment fragment)
    {
        ArgumentNullException.ThrowIfNull(fragment);
        _journal?.Called(nameof(AddRemoteFragment), now, fragment);
        if (!_context.IsClosing)
        {
            new RemoteFragments(_context, _remote).Take(now, fragment);
            Advance(now);
        }
    }

    /// <summary>Takes the peer's word that no more candidates will come for a stream.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="stream">Index of the data stream.</param>
    /// <param name="ufrag">The peer's fragment that it was said for; null stands for the session in force. One that a restart has replaced is ignored (RFC 8838 §9).</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such stream.</exception>
    public void EndRemoteCandidates(MonotonicTime now, int stream, string? ufrag = null)
    {
        _journal?.Called(nameof(EndRemoteCandidates), now, stream, ufrag);
        AgentStream target = GetStream(stream);
        if (ufrag is null || target.Remote?.Ufrag == ufrag)
        {
            target.RemoteEnded = true;
        }
        else if (target.Pending is { } pending && !target.IsPastRemote(ufrag))
        {
            pending.RemoteEnded = true;
        }

        Advance(now);
    }

    /// <summary>Takes a received datagram.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="path">Where it came from and in.</param>
    /// <param name="datagram">Its bytes; not kept.</param>
    /// <returns>Whether the machine used it, or where in it application data stands. Allocates nothing for application data.</returns>
    public DatagramVerdict HandleDatagram(MonotonicTime now, in TransportPath path, ReadOnlySpan<byte> datagram)
    {
        _journal?.Received(now, path, datagram);
        DatagramVerdict verdict = _intake.Receive(now, path, datagram);
        switch (verdict.Kind)
        {
            case VerdictKind.Consumed:
                Advance(now);
                break;
            case VerdictKind.Dropped:
                _drops[(int)verdict.Reason]++;
                break;
            default:
                break;
        }

        _journal?.Judged(verdict);
        return verdict;
    }

    /// <summary>Takes an ICMP error that quotes a datagram of this machine. A hard one ends the check that was on its way there and fails its pair (RFC 8445 §7.2.5.2.2); a soft one changes nothing, and so does one that quotes no check.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="path">The socket that sent the datagram, and where it went.</param>
    /// <param name="isHard">Whether it says that protocol or port are unreachable: type 3 code 2, 3 or 4.</param>
    public void HandleIcmpError(MonotonicTime now, in TransportPath path, bool isHard)
    {
        _journal?.Called(nameof(HandleIcmpError), now, path, isHard);
        if (isHard && _context.Options.UseIcmpErrors && !_context.IsClosing && _gatherer.Find(path.Socket)?.Direct is { } from && _initiator.HandleUnreachable(from, path.Remote))
        {
            Advance(now);
        }
    }

    /// <summary>Does all work that is due; early or repeated calls do nothing.</summary>
    public void HandleTimeout(MonotonicTime now)
    {
        _journal?.TimedOut(now);
        Advance(now);
    }

    /// <summary>Takes the host's word that interfaces or local addresses may have changed: they are listed again. Calling it for nothing costs a listing.</summary>
    public void HandleNetworkChange(MonotonicTime now)
    {
        _journal?.Called(nameof(HandleNetworkChange), now);
        if (!_context.IsClosing)
        {
            _gatherer.HandleNetworkChange(now);
            Advance(now);
        }
    }

    /// <summary>Takes the host's word that a datagram of <see cref="TryGetTransmit"/> had no way to its destination: a server that cannot be reached from there is not waited for.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="socket">The socket it was to leave from.</param>
    /// <param name="destination">Where it was to go.</param>
    public void HandleUnreachable(MonotonicTime now, SocketHandle socket, TransportAddress destination)
    {
        _journal?.Called(nameof(HandleUnreachable), now, socket, destination);
        if (!_context.IsClosing)
        {
            _servers.HandleUnreachable(now, socket, destination);
            Advance(now);
        }
    }

    /// <summary>Takes the end of a connection to a server that the machine has not closed itself (<see cref="ConnectRequest"/>): what was relayed by it is lost.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="stream">The connection.</param>
    public void HandleStreamClosed(MonotonicTime now, SocketHandle stream)
    {
        _journal?.Called(nameof(HandleStreamClosed), now, stream);
        _servers.HandleStreamClosed(now, stream);
        Advance(now);
    }

    /// <summary>Takes the answer to a host request. Answers to requests that are no longer open are ignored.</summary>
    public void HandleHostAnswer(MonotonicTime now, IceHostAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        _journal?.Called(nameof(HandleHostAnswer), now, answer);
        _context.HostRequests.Answer(now, answer);
        Advance(now);
    }

    /// <summary>Gets the next datagram to send.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="buffer">Where its bytes go; at least 1500 bytes.</param>
    /// <param name="transmit">Where to send them.</param>
    /// <returns>False when there is none.</returns>
    public bool TryGetTransmit(MonotonicTime now, Span<byte> buffer, out Transmit transmit)
    {
        if (_context.Outbox.TryGetTransmit(now, buffer, out transmit) || _servers.TryGetTransmit(now, buffer, out transmit))
        {
            _journal?.Transmitted(now, transmit, buffer[..transmit.Length]);
            return true;
        }

        _journal?.FoundNone(AgentOutput.Transmit, now);
        return false;
    }

    /// <summary>Gets the next piece of I/O that the machine needs.</summary>
    public bool TryGetHostRequest([NotNullWhen(true)] out IceHostRequest? request)
    {
        if (_context.HostRequests.TryTake(out request))
        {
            _journal?.Requested(request);
            return true;
        }

        _journal?.FoundNone(AgentOutput.HostRequest, MonotonicTime.Zero);
        return false;
    }

    /// <summary>Gets the next fact.</summary>
    public bool TryGetEvent([NotNullWhen(true)] out IceAgentEvent? fact)
    {
        if (_context.Events.TryTake(out fact))
        {
            _journal?.Told(fact);
            return true;
        }

        _journal?.FoundNone(AgentOutput.Event, MonotonicTime.Zero);
        return false;
    }

    /// <summary>The route of a component's data now; null when there is none.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such stream.</exception>
    public DataRoute? GetRoute(int stream, int component) => GetStream(stream).Route(component);

    /// <summary>Tells when application data was last sent on a component's route, so that no keepalive is spent on a pair that is busy.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such stream or component.</exception>
    public void ReportDataSent(MonotonicTime lastSent, int stream, int component)
    {
        _journal?.Called(nameof(ReportDataSent), lastSent, stream, component);
        AgentStream target = GetStream(stream);
        ArgumentOutOfRangeException.ThrowIfLessThan(component, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(component, target.ComponentCount);
        target.NoteSent(component, lastSent);
    }

    /// <summary>Ends the peer's consent to receive on a component's pair, because an authenticated message of a protocol above has closed the connection (RFC 7675 §5.2): nothing is sent on it any more. Does nothing when there is no route.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such stream or component.</exception>
    public void RevokeConsent(MonotonicTime now, int stream, int component)
    {
        _journal?.Called(nameof(RevokeConsent), now, stream, component);
        AgentStream target = GetStream(stream);
        ArgumentOutOfRangeException.ThrowIfLessThan(component, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(component, target.ComponentCount);
        if (target.Route(component) is not null)
        {
            _consent.Revoke(now, target, component);
            Advance(now);
        }
    }

    /// <summary>The pairs of a stream as they stand, best first; a valid pair that is not on the checklist is among them.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such stream.</exception>
    public IReadOnlyList<IceCandidatePairInfo> GetPairs(int stream)
    {
        Checklist list = GetStream(stream).Checklist;
        return [.. list.Pairs.Union(list.Valid).OrderByDescending(p => p.Priority).Select(p => p.ToInfo())];
    }

    /// <summary>Statistics of all candidates and pairs now; allocates, and only here.</summary>
    public IceAgentStatistics GetStatistics(MonotonicTime now) => StatisticsWriter.Write(now, _context, State);

    /// <summary>Begins to close: data and checks stop, TURN allocations are released. <see cref="AgentClosed"/> follows, at the latest after the close timeout. Calling it again does nothing.</summary>
    public void Close(MonotonicTime now)
    {
        _journal?.Called(nameof(Close), now);
        if (_context.IsClosing)
        {
            return;
        }

        _context.ClosingSince = now;
        _initiator.Clear();
        _consent.Clear();
        _context.Outbox.Clear();
        _context.HostRequests.Abandon();
        ChecklistProgress.Unroute(_context);
        _servers.Close(now);
        Advance(now);
    }

    /// <summary>Frees the hash handles. Sends nothing; call <see cref="Close"/> first to release allocations.</summary>
    public void Dispose()
    {
        _servers.Dispose();
        foreach (AgentStream stream in _context.Streams)
        {
            stream.Dispose();
        }
    }

    /// <summary>States and counts, no secrets.</summary>
    public override string ToString() => $"IceAgentMachine({Role}, gathering {GatheringState}, {State})";

    private void Advance(MonotonicTime now)
    {
        if (_context.IsClosing)
        {
            AdvanceClosing(now);
            return;
        }

        _initiator.HandleTimeout(now);
        _servers.HandleTimeout(now);
        _gatherer.CloseRetired(now);
        _gatherer.Settle(now);
        _secondRound.HandleTimeout(now);
        _nominations.Decide(now);
        while (_servers.WantsPassage && _context.Pacer.TryPass(now))
        {
            _servers.StartUpkeep(now);
        }

        if (HasPacedWork && _context.Pacer.TryTakeSlot(now))
        {
            StartOne(now);
            _secondRound.HandleTimeout(now);
            _nominations.Decide(now);
        }

        _consent.HandleTimeout(now);
        _progress.Evaluate(now);
        if (_restarts.HandleTimeout(now))
        {
            _progress.Evaluate(now);
        }

        _advice.Evaluate();
        _freeing.HandleTimeout(now);
        _keepalives.HandleTimeout(now);
        if (State == IceConnectionState.Completed && _context.Streams.TrueForAll(s => s.Pending is null))
        {
            // The pairs in use have keepalives of their own (RFC 8445 §5.1.1.4).
            _servers.StopKeepalives();
        }
    }

    private void AdvanceClosing(MonotonicTime now)
    {
        if (State == IceConnectionState.Closed)
        {
            return;
        }

        _servers.HandleTimeout(now);
        _servers.StartReleases(now);
        if (_servers.AllClosed || now >= _context.ClosingSince!.Value + _context.Options.CloseTimeout)
        {
            foreach (LocalSocket socket in _gatherer.Sockets)
            {
                _context.HostRequests.Add(new CloseSocketRequest(_context.HostRequests.NextId(), socket.Handle));
            }

            _context.IsClosed = true;
            _progress.MoveTo(IceConnectionState.Closed, "closed by the application");
            _context.Events.Add(new AgentClosed());
        }
    }

    // Checks and gathering take turns when both have work.
    private void StartOne(MonotonicTime now)
    {
        bool gather = _servers.WantsSlot && (!_gatheringHadTheLastSlot || !_checklists.HasNext());
        _gatheringHadTheLastSlot = gather;
        if (gather)
        {
            _servers.StartNext(now);
        }
        else if (_checklists.TakeNext() is { } pair)
        {
            _initiator.Start(now, pair);
        }
    }

    private AgentStream GetStream(int index) =>
        (uint)index < (uint)_context.Streams.Count
            ? _context.Streams[index]
            : throw new ArgumentOutOfRangeException(nameof(index), index, $"There are {_context.Streams.Count} data streams.");
}
