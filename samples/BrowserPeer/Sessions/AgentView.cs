namespace IceSharp.Samples.BrowserPeer.Sessions;

/// <summary>What our agent sees at one moment, for the page. The page makes the same of the browser's statistics.</summary>
internal sealed record AgentView(string State, string Gathering, string Role)
{
    public required IReadOnlyList<CandidateView> Local { get; init; }

    public required IReadOnlyList<CandidateView> Remote { get; init; }

    public required IReadOnlyList<PairView> Pairs { get; init; }

    /// <summary>Datagrams that have arrived and are not ICE's.</summary>
    public required long Datagrams { get; init; }

    /// <summary>ICE restarts that have ended with a pair.</summary>
    public required int Restarts { get; init; }

    public static AgentView Of(IceAgentStatistics statistics, IceGatheringState gathering, long datagrams, int restarts)
    {
        IceStreamStatistics stream = statistics.Streams[0];
        return new AgentView(Lower(statistics.State), Lower(gathering), Lower(statistics.Role))
        {
            Local = [.. stream.Candidates.Where(c => c.IsLocal).Select(c => CandidateView.Of(c.Candidate, c.Base))],
            Remote = [.. stream.Candidates.Where(c => !c.IsLocal).Select(c => CandidateView.Of(c.Candidate))],
            Pairs = [.. stream.Pairs.Select(PairView.Of)],
            Datagrams = datagrams,
            Restarts = restarts,
        };
    }

    private static string Lower<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
