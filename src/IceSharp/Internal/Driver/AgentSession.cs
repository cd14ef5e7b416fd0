using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using IceSharp.Internal.Diagnostics;
using IceSharp.Internal.Routing;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using Microsoft.Extensions.Logging;

namespace IceSharp.Internal.Driver;

/// <summary>What the public face of an agent and its driver share: snapshots that the loop publishes, and things to wait for.</summary>
/// <remarks>Written on the loop, read anywhere; <see cref="EndWith"/> may come from anywhere.</remarks>
[SuppressMessage("Design", "CA1001", Justification = "A cancellation source without timer and links holds nothing.")]
internal sealed class AgentSession(
    string name, ILogger logger, AgentWatchers watchers, TimeProvider time, TaskCreationOptions continuations = TaskCreationOptions.RunContinuationsAsynchronously)
{
    private volatile Milestone<bool> _gathered = new(continuations);
    private volatile CandidateFeed _candidates = new(continuations);
    private readonly CancellationTokenSource _ending = new();
    private readonly TaskCompletionSource _closed = new(continuations);
    private readonly ConcurrentDictionary<IceCandidatePairInfo, string> _reasons = [];
    private readonly List<Action> _atEnd = [], _afterRoutes = [];
    private readonly List<TaskCompletionSource<IceDescription>> _answers = [];
    private volatile IceDataStream[] _streams = [];
    private volatile IceConnection[] _connections = [];
    private volatile IReadOnlyList<IceCandidatePairInfo>[] _pairs = [];
    private volatile IceDescription? _description;
    private volatile IReadOnlyList<GatheringOutcome> _gatheringReport = [];
    private volatile IceConnectionState _state;
    private volatile IceGatheringState _gatheringState;
    private volatile IceRole _role;
    private volatile IceException? _endReason;
    private bool _pairsChanged;
    private bool _candidatesChanged;
    private int _ended;

    public string Name => name;

    public ILogger Logger => logger;

    /// <summary>Where calls go on that wait for the loop: on the thread pool; with an executor of one's own on the thread that runs the turn, so that a simulation has one order of events.</summary>
    public TaskCreationOptions Continuations => continuations;

    /// <summary>Measurements and activities of the agent.</summary>
    public AgentObservation? Observation { get; init; }

    /// <summary>The candidates of the gathering that runs, or ran last.</summary>
    public CandidateFeed Candidates => _candidates;

    /// <summary>Counts of datagrams that had no effect.</summary>
    public DropCounters Drops { get; } = new();

    public IReadOnlyList<IceDataStream> Streams => _streams;

    public IceConnection[] Connections => _connections;

    public IceConnectionState State => _state;

    public IceGatheringState GatheringState => _gatheringState;

    public IceRole Role => _role;

    public IReadOnlyList<GatheringOutcome> GatheringReport => _gatheringReport;

    /// <summary>The last description made; null before the agent has described itself.</summary>
    public IceDescription? Description
    {
        get => _description;
        set => _description = value;
    }

    /// <summary>Completes when gathering has.</summary>
    public Task Gathered => _gathered.Task;

    /// <summary>Set when pending calls end: at once when the agent is closed, however busy its loop is.</summary>
    public CancellationToken Ending => _ending.Token;

    /// <summary>What pending calls end with.</summary>
    public IceException EndReason => _endReason ?? ClosedException();

    /// <summary>Completes when the driver holds nothing any more.</summary>
    public Task Closed => _closed.Task;

    public static IceException ClosedException() => new(IceError.AgentClosed, "The agent was closed.");

    /// <summary>Adds a stream; before the driver starts, or on the loop.</summary>
    public void Add(IceDataStream stream)
    {
        _streams = [.. _streams, stream];
        _connections = [.. _streams.SelectMany(s => s.Components).Select(c => c.Connection)];
        _pairs = [.. _pairs, []];
    }

    public IceConnection? Connection(int stream, int component)
    {
        IceDataStream[] streams = _streams;
        if ((uint)stream >= (uint)streams.Length)
        {
            return null;
        }

        IReadOnlyList<IceComponent> components = streams[stream].Components;
        return component >= 1 && component <= components.Count ? components[component - 1].Connection : null;
    }

    public IReadOnlyList<IceCandidatePairInfo> Pairs(int stream) => _pairs[stream];

    /// <summary>What was tried so far.</summary>
    public IceReport Report() => new(
        _gatheringReport,
        [.. _streams.SelectMany(s => _pairs[s.Index].Select(p => new IcePairReport(s.Mid, p, Reason(p))))]);

    /// <summary>Statistics of the machine with what this side's connections have sent. On the loop.</summary>
    public IceAgentStatistics Complete(IceAgentStatistics statistics) => statistics with
    {
        Streams =
        [
            .. statistics.Streams.Select((stream, index) => stream with
            {
                Pairs =
                [
                    .. stream.Pairs.Select(pair => Connection(index, pair.Component)?.SentOver(pair.Pair) is { } sent
                        ? pair with { DatagramsSent = sent.Datagrams, BytesSent = sent.Bytes }
                        : pair),
                ],
            }),
        ],
    };

    /// <summary>Takes a route from the machine. On the loop.</summary>
    public void RouteChanged(RouteChanged changed, PublishedRoute? route)
    {
        IceConnection? connection = Connection(changed.Stream, changed.Component);
        _pairsChanged = true;
        _atEnd.Add(() => Announce(changed, connection, route));
    }

    /// <summary>Takes a fact from the machine. On the loop.</summary>
    public void Tell(IceAgentEvent fact, IceAgentMachine machine, MonotonicTime now)
    {
        switch (fact)
        {
            case LocalCandidateFound found:
                Log.CandidateFound(logger, name, found.Candidate.Type, found.Candidate.Address, found.Stream, found.Candidate.Component);
                _candidatesChanged = true;
                Candidates.Add(found.Candidate with { Mid = Mid(found.Stream) });
                break;
            case GatheringStateChanged changed:
                Log.GatheringChanged(logger, name, changed.State);
                OnGathering(changed.State, machine);
                break;
            case ConnectionStateChanged changed:
                Log.StateChanged(logger, name, changed.Previous, changed.State, changed.Reason);
                OnState(changed);
                break;
            case StreamFailed failed:
                Log.StreamFailed(logger, name, failed.Stream, failed.Reason);
                Observation?.StreamFailed();
                _gatheringReport = [.. machine.GatheringReport];
                _pairsChanged = true;
                _atEnd.Add(() => FailConnections(failed));
                break;
            case PairNominated nominated:
                Log.PairNominated(logger, name, nominated.Stream, nominated.Component, nominated.Pair);
                _pairsChanged = true;

                // A pair may become usable and nominated in one batch, nomination first: whoever waits for it wants to send.
                _afterRoutes.Add(() => Connection(nominated.Stream, nominated.Component)?.Complete(nominated.Pair));
                break;
            case RestartSuggested suggested:
                Log.RestartSuggested(logger, name, suggested.Stream, suggested.Reason);
                watchers.RestartSuggested(new IceRestartSuggestion(Mid(suggested.Stream), suggested.Reason));
                break;
            case StreamRestarted restarted:
                Log.StreamRestarted(logger, name, restarted.Stream, restarted.Session, restarted.IsOurs);
                _pairsChanged = true;
                watchers.Restarted(new IceRestart(Mid(restarted.Stream), restarted.Session, restarted.IsOurs));
                break;
            case RestartCompleted completed:
                Log.RestartCompleted(logger, name, completed.Stream, completed.Session, completed.Duration.TotalMilliseconds, completed.Outage.TotalMilliseconds);
                watchers.RestartCompleted(new IceRestartReport(Mid(completed.Stream), completed.Session, completed.Duration, completed.Outage, completed.UnprovenFor));
                break;
            case ConsentLost lost:
                Log.ConsentLost(logger, name, lost.Stream, lost.Component, lost.Loss, (now - lost.LastResponseAt).TotalSeconds);
                Connection(lost.Stream, lost.Component)?.LoseConsent();
                watchers.ConsentLost(new IceConsentLossNotice(Mid(lost.Stream), lost.Component, lost.Pair, lost.Loss, time.GetUtcNow() - (now - lost.LastResponseAt)));
                break;
            case PairStateChanged changed:
                Log.PairChanged(logger, name, changed.Stream, changed.Pair, changed.Previous, changed.Reason);
                _pairsChanged = true;
                Remember(changed);
                watchers.PairStateChanged(new IcePairChange(Mid(changed.Stream), changed.Pair, changed.Previous, changed.Reason));
                break;
            case LocalCandidateLost lost:
                Log.CandidateLost(logger, name, lost.Candidate.Type, lost.Candidate.Address, lost.Stream);
                _candidatesChanged = true;
                break;
            case LocalAddressesChanged changed:
                Log.LocalAddressesChanged(logger, name, changed.Added.Count, changed.Removed.Count);
                watchers.LocalAddressesChanged(new IceLocalAddressChange(changed.Added, changed.Removed));
                break;
            case RoleChanged changed:
                Log.RoleChanged(logger, name, changed.Role, changed.Reason);
                break;
            case StreamEnded ended:
                Log.StreamEnded(logger, name, ended.Stream, ended.Why, ended.Reason);
                _pairsChanged = _candidatesChanged = true;
                _atEnd.Add(() => CloseStream(ended));
                break;
            case RtcpMuxed muxed:
                Log.RtcpMuxed(logger, name, muxed.Stream);
                _pairsChanged = _candidatesChanged = true;
                _atEnd.Add(() => CloseRtcp(muxed));
                break;
            case UpdatedOfferNeeded needed:
                Log.UpdatedOfferNeeded(logger, name, needed.Stream, needed.Why, needed.Reason);
                watchers.UpdatedOfferNeeded(new IceOfferNotice(Mid(needed.Stream), needed.Why, needed.Reason));
                break;
            case RemoteCandidateIgnored ignored:
                Log.CandidateIgnored(logger, name, ignored.Candidate.Address, ignored.Stream, ignored.Reason);
                break;
        }
    }

    /// <summary>Notices that the machine gathers again, for a restart: who gathers from now on waits for that, and gets its candidates. On the loop.</summary>
    public void SyncGathering(IceAgentMachine machine)
    {
        if (machine.GatheringState == IceGatheringState.Gathering && _gatheringState == IceGatheringState.Complete)
        {
            _gatheringState = IceGatheringState.Gathering;
            _gathered = new Milestone<bool>(continuations);
            _candidates = new CandidateFeed(continuations);
        }
    }

    /// <summary>The answer to the last offer, at once or as soon as the pairs that it names are checked. On the loop.</summary>
    public Task<IceDescription> AnswerWhenReady(IceAgentMachine machine)
    {
        if (!machine.IsAnswerPending)
        {
            return Task.FromResult(machine.CreateLocalDescription(IceDescriptionKind.Answer));
        }

        var answer = new TaskCompletionSource<IceDescription>(TaskCreationOptions.RunContinuationsAsynchronously);
        _answers.Add(answer);
        _ending.Token.Register(() => answer.TrySetException(EndReason));
        return answer.Task;
    }

    /// <summary>Publishes what has changed in this batch. On the loop.</summary>
    public void PublishSnapshots(IceAgentMachine machine)
    {
        _role = machine.Role;
        if (_pairsChanged)
        {
            _pairsChanged = false;
            PublishPairs(machine);
        }

        // Only once the agent has described itself: doing so decides an undecided role.
        if (_candidatesChanged && _description is not null)
        {
            _candidatesChanged = false;
            _description = machine.CreateLocalDescription();
        }

        if (_answers.Count > 0 && !machine.IsAnswerPending)
        {
            _answers.ForEach(answer => answer.TrySetResult(machine.CreateLocalDescription(IceDescriptionKind.Answer)));
            _answers.Clear();
        }

        // Last: who waited finds the state and the pairs as they are now.
        _atEnd.ForEach(static announce => announce());
        _atEnd.Clear();
        _afterRoutes.ForEach(static announce => announce());
        _afterRoutes.Clear();
    }

    /// <summary>Ends every pending call with a reason. Thread safe; the first reason counts.</summary>
    public void EndWith(IceException reason)
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
        {
            return;
        }

        _endReason = reason;
        IceConnectionState previous = _state;
        _state = reason.Error == IceError.AgentClosed ? IceConnectionState.Closed : IceConnectionState.Failed;
        _gathered.GiveUp(reason);
        Candidates.End(reason);
        foreach (IceConnection connection in _connections)
        {
            connection.Close(reason);
        }

        Observation?.Ended(this);
        _ending.Cancel();
        watchers.StateChanged(new IceStateChange(previous, _state, reason.Error == IceError.AgentClosed ? "closed by the application" : "fault of the library"));
    }

    /// <summary>The driver holds nothing any more. On the loop.</summary>
    public void Ended()
    {
        EndWith(ClosedException());
        _closed.TrySetResult();
    }

    private void OnGathering(IceGatheringState state, IceAgentMachine machine)
    {
        _gatheringState = state;
        _candidatesChanged = true;
        _gatheringReport = [.. machine.GatheringReport];
        Observation?.GatheringChanged(state, Candidates.Count);
        watchers.GatheringStateChanged(state);
        if (state != IceGatheringState.Complete)
        {
            return;
        }

        if (Candidates.Count > 0)
        {
            _gathered.Reach(true);
            Candidates.End(null);
            return;
        }

        var nothing = new IceException(IceError.NoCandidates, "Gathering found no candidate.", Report());
        _gathered.GiveUp(nothing);
        Candidates.End(nothing);
    }

    private void OnState(ConnectionStateChanged changed)
    {
        if (Volatile.Read(ref _ended) == 0)
        {
            _state = changed.State;
            Observation?.StateChanged(changed.Previous, changed.State);
            watchers.StateChanged(new IceStateChange(changed.Previous, changed.State, changed.Reason));
        }
    }

    private void Announce(RouteChanged changed, IceConnection? connection, PublishedRoute? route)
    {
        IceCandidatePairInfo? before = connection?.SelectedPair, now = route?.Route.Pair;
        bool samePair = ReferenceEquals(before, now);
        connection?.Publish(route);
        if (!samePair)
        {
            // Otherwise only the wrapping has changed: a channel stands, or has ended.
            string reason = SelectionReason.Of(before, now);
            Log.RouteChanged(logger, name, changed.Stream, changed.Component, now, reason);
            Observation?.PairSelected(now);
            watchers.SelectedPairChanged(new IceSelectedPairChange(Mid(changed.Stream), changed.Component, now, before, reason));
        }
    }

    private void FailConnections(StreamFailed failed)
    {
        if ((uint)failed.Stream >= (uint)_streams.Length)
        {
            return;
        }

        IceDataStream stream = _streams[failed.Stream];
        var reason = new IceException(IceError.ConnectivityFailed, $"No connection for stream '{stream.Mid}': {failed.Reason}", Report());
        foreach (IceComponent component in stream.Components)
        {
            component.Connection.FailConnect(reason);
        }
    }

    private void CloseStream(StreamEnded ended)
    {
        IceDataStream stream = _streams[ended.Stream];
        stream.End = ended.Why;
        var reason = new IceException(IceError.StreamEnded, $"Stream '{stream.Mid}' is not used any more: {ended.Reason}.");
        foreach (IceComponent component in stream.Components)
        {
            component.Connection.Close(reason);
        }

        watchers.StreamEnded(new IceStreamEndNotice(stream.Mid, ended.Why, ended.Reason));
    }

    private void CloseRtcp(RtcpMuxed muxed)
    {
        IceDataStream stream = _streams[muxed.Stream];
        stream.IsRtcpMuxed = true;
        foreach (IceComponent component in stream.Components.Skip(1))
        {
            component.Connection.Close(new IceException(IceError.StreamEnded, $"{component} is not used any more: RTCP goes with RTP on component 1."));
        }
    }

    private void PublishPairs(IceAgentMachine machine) => _pairs = [.. _streams.Select(s => machine.GetPairs(s.Index))];

    private string Mid(int stream) => (uint)stream < (uint)_streams.Length ? _streams[stream].Mid : string.Empty;

    private void Remember(PairStateChanged changed)
    {
        if (changed.Pair.State == IceCandidatePairState.Failed)
        {
            _reasons[Key(changed.Pair)] = changed.Reason;
        }
        else
        {
            _reasons.TryRemove(Key(changed.Pair), out _);
        }
    }

    private string? Reason(IceCandidatePairInfo pair) => _reasons.GetValueOrDefault(Key(pair));

    // A pair is its two candidates; what else is known of it changes.
    private static IceCandidatePairInfo Key(IceCandidatePairInfo pair) =>
        new() { Local = pair.Local, Remote = pair.Remote, Priority = 0, State = IceCandidatePairState.Frozen };
}
