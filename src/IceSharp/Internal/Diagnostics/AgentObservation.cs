using System.Diagnostics;
using IceSharp.Internal.Driver;

namespace IceSharp.Internal.Diagnostics;

/// <summary>Turns what happens to one agent into measurements and activities. On the loop, but for <see cref="Started"/> and <see cref="Ended"/>.</summary>
internal sealed class AgentObservation(AgentMetrics metrics, TimeProvider time, string agentName)
{
    public const string SourceName = "IceSharp";
    public const string GatherActivity = "IceSharp.Gather";
    public const string ConnectActivity = "IceSharp.Connect";

    private static readonly ActivitySource s_source = new(SourceName);

    private readonly ActivityContext _parent = Activity.Current?.Context ?? default;
    private Activity? _gather;
    private Activity? _connect;
    private long _gatheringBegan;
    private long _checkingBegan;
    private bool _isConnecting;

    public void Started(AgentSession agent) => metrics.Started(agent);

    public void Ended(AgentSession agent)
    {
        metrics.Ended(agent);
        Stop(Interlocked.Exchange(ref _gather, null), "closed");
        Stop(Interlocked.Exchange(ref _connect, null), "closed");
    }

    public void GatheringChanged(IceGatheringState state, int candidates)
    {
        if (state == IceGatheringState.Gathering)
        {
            _gatheringBegan = time.GetTimestamp();
            _gather = Start(GatherActivity);
        }
        else if (state == IceGatheringState.Complete && _gatheringBegan != 0)
        {
            metrics.Gathered(time.GetElapsedTime(_gatheringBegan), candidates > 0);
            Activity? done = Interlocked.Exchange(ref _gather, null);
            done?.SetTag("icesharp.candidates", candidates);
            Stop(done, candidates > 0 ? "found" : "nothing");
        }
    }

    public void StateChanged(IceConnectionState previous, IceConnectionState state)
    {
        metrics.StateChanged(state);
        if (state == IceConnectionState.Checking && previous == IceConnectionState.New)
        {
            _checkingBegan = time.GetTimestamp();
            _connect = Start(ConnectActivity);
            _isConnecting = true;
        }
        else if (_isConnecting && state is IceConnectionState.Connected or IceConnectionState.Completed or IceConnectionState.Failed)
        {
            _isConnecting = false;
            string outcome = state == IceConnectionState.Failed ? "failed" : "connected";
            metrics.Connected(time.GetElapsedTime(_checkingBegan), outcome);
            Stop(Interlocked.Exchange(ref _connect, null), outcome);
        }
    }

    public void PairSelected(IceCandidatePairInfo? pair)
    {
        metrics.PairSelected(pair);
        _connect?.SetTag("icesharp.local.type", pair?.Local.Type.ToString()).SetTag("icesharp.remote.type", pair?.Remote.Type.ToString());
    }

    public void StreamFailed() => metrics.StreamFailed();

    // Starting makes an activity the current one of this thread, which is the loop and serves other agents too.
    private Activity? Start(string name)
    {
        Activity? current = Activity.Current;
        Activity? started = s_source.StartActivity(name, ActivityKind.Internal, _parent);
        started?.SetTag("icesharp.agent", agentName);
        Activity.Current = current;
        return started;
    }

    private static void Stop(Activity? activity, string outcome)
    {
        if (activity is null)
        {
            return;
        }

        Activity? current = Activity.Current;
        activity.SetTag("icesharp.outcome", outcome);
        activity.SetStatus(outcome is "failed" or "nothing" ? ActivityStatusCode.Error : ActivityStatusCode.Ok);
        activity.Dispose();
        Activity.Current = current;
    }
}
