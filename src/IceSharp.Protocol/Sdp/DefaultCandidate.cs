namespace IceSharp.Protocol.Sdp;

/// <summary>Chooses the candidate that a peer without ICE is shown (RFC 5245 §4.1.4): relayed, else server reflexive, else host.</summary>
internal static class DefaultCandidate
{
    public static TransportAddress? Choose(IReadOnlyList<IceCandidate> candidates, int component)
    {
        IceCandidate? best = null;
        foreach (IceCandidate candidate in candidates)
        {
            // A TCP default would need a=setup, a=connection and another m= protocol (RFC 6544 §4.5).
            bool counts = candidate.Component == component && candidate.Transport == IceTransport.Udp;
            if (counts && (best is null || Rank(candidate) > Rank(best) || (Rank(candidate) == Rank(best) && candidate.Priority > best.Priority)))
            {
                best = candidate;
            }
        }

        return best?.Address;
    }

    private static int Rank(IceCandidate candidate) => candidate.Type switch
    {
        IceCandidateType.Relayed => 3,
        IceCandidateType.ServerReflexive => 2,
        IceCandidateType.Host => 1,
        _ => 0,
    };
}
