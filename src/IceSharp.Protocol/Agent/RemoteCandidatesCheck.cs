namespace IceSharp.Protocol.Agent;

/// <summary>Compares <c>a=remote-candidates</c> of an offer with the own valid list: an offer may overtake the check response that would make its pair valid here (RFC 8839 §4.4.2).</summary>
internal sealed class RemoteCandidatesCheck(AgentContext context)
{
    /// <summary>Whether an answer should wait: a pair that an offer names is still being checked.</summary>
    public bool IsPending => context.Streams.Exists(s => s is { IsInUse: true, Told.RemoteCandidates.Count: > 0 } && Find(s, s.Told) is null && IsUnderWay(s, s.Told));

    /// <summary>The valid pairs that the offer names, one a component; null when one of them is not valid here.</summary>
    public static IReadOnlyList<CandidatePair>? Find(AgentStream stream, IceStreamDescription told)
    {
        var found = new List<CandidatePair>();
        foreach (IceRemoteCandidate named in told.RemoteCandidates.OrderBy(c => c.Component))
        {
            TransportAddress? theirs = Destination(told, named.Component);
            if (stream.Checklist.Valid.FirstOrDefault(p => p.Component == named.Component && p.Local.Address == named.Address && p.Remote.Address == theirs) is not { } pair)
            {
                return null;
            }

            found.Add(pair);
        }

        return found;
    }

    /// <summary>After an offer: tells when a pair that it names has failed here, which only a restart mends.</summary>
    public void Judge(AgentStream stream)
    {
        if (stream.Told is { RemoteCandidates.Count: > 0 } told && Find(stream, told) is null && !IsUnderWay(stream, told) && Named(stream, told).Any(p => p.State == IceCandidatePairState.Failed))
        {
            context.Events.Add(new UpdatedOfferNeeded(
                stream.Index, IceOfferReason.RemoteCandidatesLost, $"stream '{stream.Mid}': the peer uses a pair that has failed here; a restart brings the two together"));
        }
    }

    private static bool IsUnderWay(AgentStream stream, IceStreamDescription told) => Named(stream, told).Any(p => p.State == IceCandidatePairState.InProgress);

    private static IEnumerable<CandidatePair> Named(AgentStream stream, IceStreamDescription told) =>
        stream.Checklist.Pairs.Where(p => told.RemoteCandidates.Any(n => n.Component == p.Component && Destination(told, n.Component) == p.Remote.Address));

    private static TransportAddress? Destination(IceStreamDescription told, int component) => component switch
    {
        1 => told.DefaultDestination,
        2 => told.RtcpDestination ?? (told.DefaultDestination is { } rtp ? rtp with { Port = (ushort)(rtp.Port + 1) } : null),
        _ => null,
    };
}
