namespace IceSharp.Protocol.Agent;

/// <summary>Writes what the agent tells the peer (RFC 8839 §4).</summary>
internal static class LocalDescriptions
{
    public static IceDescription Describe(AgentContext context, bool gatheringComplete) => new()
    {
        Options = ["ice2", "trickle"],
        PacingMilliseconds = (int)context.Options.Pacing.TotalMilliseconds,
        Streams = [.. context.Streams.Select(stream => Describe(stream, gatheringComplete))],
    };

    private static IceStreamDescription Describe(AgentStream stream, bool gatheringComplete) => new()
    {
        Mid = stream.Mid,
        Ufrag = stream.Newest.Ufrag,
        Password = stream.Newest.Password,
        Media = stream.Media,
        EndOfCandidates = gatheringComplete,
        Candidates = [.. stream.Newest.LocalCandidates.Where(c => c.Type != IceCandidateType.PeerReflexive).Select(c => c.Info)],
    };
}
