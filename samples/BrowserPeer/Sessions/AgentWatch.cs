using IceSharp.Samples.BrowserPeer.Web;

namespace IceSharp.Samples.BrowserPeer.Sessions;

/// <summary>Tells the page what happens in the agent: each event with its reason, and soon after it, and once a second, the whole view.</summary>
internal sealed class AgentWatch
{
    private const int BeatsBetweenQuietViews = 20;

    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(50);

    private readonly IceAgent _agent;
    private readonly MessageSocket _page;
    private int _changes;
    private int _restarts;

    public AgentWatch(IceAgent agent, MessageSocket page)
    {
        _agent = agent;
        _page = page;
        agent.StateChanged += (_, e) => Tell("state", $"{e.Previous} \u2192 {e.State}: {e.Reason}");
        agent.GatheringStateChanged += (_, state) => Tell("gathering", $"gathering is {state}");
        agent.PairStateChanged += (_, e) => Tell("pair", $"{Name(e.Pair)}: {e.Previous} \u2192 {e.Pair.State}: {e.Reason}");
        agent.SelectedPairChanged += (_, e) => Tell("selected", $"{(e.Pair is null ? "no pair" : Name(e.Pair))} carries data: {e.Reason}");
        agent.ConsentLost += (_, e) => Tell("consent", $"consent lost on {Name(e.Pair)}: {e.Loss}");
        agent.RestartSuggested += (_, e) => Tell("restart", $"a restart would help: {e.Reason}");
        agent.Restarted += (_, e) => Tell("restart", $"session {e.Session} begins, asked for by {(e.IsOurs ? "us" : "the browser")}");
        agent.RestartCompleted += (_, e) =>
        {
            Interlocked.Increment(ref _restarts);
            Tell("restart", $"session {e.Session} has its pair after {e.Duration.TotalMilliseconds:0} ms; data stood still for {e.Outage.TotalMilliseconds:0} ms");
        };
    }

    /// <summary>Adds a line to the page's log.</summary>
    public void Tell(string topic, string text)
    {
        Interlocked.Increment(ref _changes);
        _page.Send(new HostMessage("event") { Topic = topic, Text = text });
    }

    /// <summary>Sends views until the session ends.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using PeriodicTimer beat = new(Beat);
        int shown = -1, quietBeats = 0;
        while (await beat.WaitForNextTickAsync(cancellationToken))
        {
            int changes = Volatile.Read(ref _changes);
            if (changes == shown && ++quietBeats < BeatsBetweenQuietViews)
            {
                continue;
            }

            (shown, quietBeats) = (changes, 0);
            IceAgentStatistics statistics = await _agent.GetStatisticsAsync(cancellationToken);
            long datagrams = _agent.DataStreams[0].Rtp.Connection.Statistics.DatagramsReceived;
            AgentView view = AgentView.Of(statistics, _agent.GatheringState, datagrams, Volatile.Read(ref _restarts));
            _page.Send(new HostMessage("view") { View = view });
        }
    }

    private static string Name(IceCandidatePairInfo pair)
    {
        CandidateView local = CandidateView.Of(pair.Local), remote = CandidateView.Of(pair.Remote);
        return $"{local.Type} {pair.Local.Address} \u2013 {remote.Type} {pair.Remote.Address}";
    }
}
