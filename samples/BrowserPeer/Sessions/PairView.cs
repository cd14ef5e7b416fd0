namespace IceSharp.Samples.BrowserPeer.Sessions;

/// <summary>A candidate pair for the page; times in milliseconds.</summary>
internal sealed record PairView(CandidateView Local, CandidateView Remote, string State)
{
    public bool Nominated { get; init; }

    public bool Selected { get; init; }

    public double? Rtt { get; init; }

    public long Requests { get; init; }

    public long Responses { get; init; }

    public static PairView Of(IceCandidatePairStatistics pair) => new(
        CandidateView.Of(pair.Pair.Local),
        CandidateView.Of(pair.Pair.Remote),
        pair.Pair.State == IceCandidatePairState.InProgress ? "in-progress" : pair.Pair.State.ToString().ToLowerInvariant())
    {
        Nominated = pair.Pair.IsNominated,
        Selected = pair.IsSelected,
        Rtt = (pair.CurrentRoundTripTime ?? pair.Pair.RoundTripTime)?.TotalMilliseconds,
        Requests = pair.RequestsSent + pair.ConsentRequestsSent,
        Responses = pair.ResponsesReceived,
    };
}
