namespace IceSharp.Protocol.Agent;

/// <summary>Makes the statistics of an agent when somebody asks.</summary>
internal static class StatisticsWriter
{
    public static IceAgentStatistics Write(MonotonicTime now, AgentContext context, IceConnectionState state) =>
        new(now, state, context.Role.Current, [.. context.Streams.Select(stream => Write(now, stream))]);

    private static IceStreamStatistics Write(MonotonicTime now, AgentStream stream)
    {
        Checklist list = stream.Checklist;
        return new IceStreamStatistics(
            stream.Mid,
            [
                .. stream.LocalCandidates.Select(c => new IceCandidateStatistics(c.Info, IsLocal: true, c.Base.Address, c.Type != IceCandidateType.PeerReflexive)),
                .. stream.RemoteCandidates.Select(c => new IceCandidateStatistics(c.Info, IsLocal: false, null, c.IsSignalled)),
            ],
            [.. list.Pairs.Union(list.Valid).OrderByDescending(p => p.Priority).Select(p => Write(now, stream, p))]);
    }

    private static IceCandidatePairStatistics Write(MonotonicTime now, AgentStream stream, CandidatePair pair)
    {
        PairCounters counters = pair.Counters;
        PathTraffic? traffic = pair.Base.AcceptedSources.Find(pair.Remote.Address);
        return new IceCandidatePairStatistics
        {
            Pair = pair.ToInfo(),
            Component = pair.Component,
            IsSelected = stream.Checklist.Best(pair.Component) == pair && stream.Route(pair.Component)?.Peer == pair.Remote.Address,
            RequestsSent = counters.RequestsSent,
            RetransmissionsSent = counters.RetransmissionsSent,
            ResponsesReceived = counters.ResponsesReceived,
            RequestsReceived = counters.RequestsReceived,
            ResponsesSent = counters.ResponsesSent,
            ConsentRequestsSent = counters.ConsentRequestsSent,
            TotalRoundTripTime = counters.TotalRoundTripTime,
            RoundTripMeasurements = counters.RoundTripMeasurements,
            DatagramsReceived = traffic?.Datagrams ?? 0,
            BytesReceived = traffic?.Bytes ?? 0,
            SinceRequestSent = now - counters.LastRequestSentAt,
            SinceResponseReceived = now - counters.LastResponseAt,
            SinceRequestReceived = now - counters.LastRequestReceivedAt,
            SinceDataReceived = now - traffic?.LastAt,
        };
    }
}
