using IceSharp.Protocol.Sdp;

namespace IceSharp.Protocol.Agent;

/// <summary>Writes what the agent tells the peer (RFC 8839 §4): in first descriptions all candidates, in later ones of a completed stream those of the nominated pairs.</summary>
internal static class LocalDescriptions
{
    /// <summary>The option tag of draft-thatcher-ice-renomination.</summary>
    internal const string Renomination = "renomination";

    public static IceDescription Describe(AgentContext context, IceDescriptionKind kind, bool gatheringComplete) => new()
    {
        IsLite = context.Options.IsLite,
        Options = context.Options switch
        {
            { IsLite: true } => ["ice2"],
            { Renomination: true } => ["ice2", "trickle", Renomination],
            _ => ["ice2", "trickle"],
        },
        PacingMilliseconds = (int)context.Options.Pacing.TotalMilliseconds,
        Streams = [.. context.Streams.Select(stream => context.Options.IsLite && stream.IsInUse ? DescribeLite(context, stream, gatheringComplete) : Describe(context, stream, kind, gatheringComplete))],
    };

    private static IceStreamDescription Describe(AgentContext context, AgentStream stream, IceDescriptionKind kind, bool gatheringComplete)
    {
        if (!stream.IsInUse)
        {
            return Unused(stream);
        }

        stream.Newest.IsDescribed = true;
        var description = new IceStreamDescription
        {
            Mid = stream.Mid,
            Ufrag = stream.Newest.Ufrag,
            Password = stream.Newest.Password,
            Media = stream.Media,
            RtcpMux = stream.IsMuxed || (stream.Media.RtcpMux && stream.Told is null or { RtcpMux: true }),
            EndOfCandidates = gatheringComplete,
            Candidates = [.. stream.Newest.LocalCandidates.Where(c => c.Type != IceCandidateType.PeerReflexive && stream.Uses(c.Component)).Select(c => c.Info)],
        };
        return kind == IceDescriptionKind.Unknown || stream.Newest != stream.Current ? description : Conclude(context, stream, kind, description);
    }

    // Port 0 where the stream is removed; otherwise the section goes on without ICE (RFC 8839 §4.2.5, §4.4.1.1.2).
    private static IceStreamDescription Unused(AgentStream stream) => new()
    {
        Mid = stream.Mid,
        Ufrag = string.Empty,
        Password = string.Empty,
        Media = stream.Media,
        IsRejected = stream.End is IceStreamEnd.Removed or IceStreamEnd.Rejected,
        IsIceMismatch = stream.End == IceStreamEnd.Mismatch,
    };

    private static IceStreamDescription Conclude(AgentContext context, AgentStream stream, IceDescriptionKind kind, IceStreamDescription description)
    {
        LocalCandidate[] chosen = [.. Chosen(stream, kind)];
        if (chosen.Length == 0)
        {
            return description;
        }

        bool names = kind == IceDescriptionKind.Offer && context.Role.IsControlling && stream.Checklist.State == ChecklistState.Completed;
        return description with
        {
            Candidates = [.. chosen.Select(c => c.Info)],
            DefaultDestination = chosen[0].Address,
            RtcpDestination = chosen.Length > 1 ? chosen[1].Address : null,
            RemoteCandidates = names ? [.. chosen.Select(c => new IceRemoteCandidate(c.Component, stream.Checklist.Nominated(c.Component)!.Remote.Address))] : [],
        };
    }

    // The nominated pairs' own; in an answer the ones that the offer names, when all of them are valid here (RFC 8839 §4.4.1.2.2, §4.4.2).
    private static IEnumerable<LocalCandidate> Chosen(AgentStream stream, IceDescriptionKind kind)
    {
        IEnumerable<int> components = Enumerable.Range(1, stream.UsedComponents);
        if (kind == IceDescriptionKind.Answer && stream.Told is { RemoteCandidates.Count: > 0 } told && RemoteCandidatesCheck.Find(stream, told) is { } named)
        {
            return named.Select(pair => pair.Local);
        }

        return stream.Checklist.State == ChecklistState.Completed ? components.Select(c => stream.Checklist.Nominated(c)!.Local) : [];
    }

    // All candidates again while the list runs; then those of the selected pairs, and towards a lite peer whose candidates they reach (RFC 8839 §4.4.1.3).
    private static IceStreamDescription DescribeLite(AgentContext context, AgentStream stream, bool gatheringComplete)
    {
        IceStreamDescription all = Describe(context, stream, IceDescriptionKind.Unknown, gatheringComplete);
        CandidatePair?[] chosen = [.. Enumerable.Range(1, stream.UsedComponents).Select(c => stream.Checklist.Best(c))];
        if (chosen.Contains(null))
        {
            return all;
        }

        return all with
        {
            Candidates = [.. chosen.Select(pair => pair!.Local.Info)],
            DefaultDestination = chosen[0]!.Local.Address,
            RtcpDestination = chosen.Length > 1 ? chosen[1]!.Local.Address : null,
            RemoteCandidates = context.PeerIsLite && context.Role.IsControlling
                ? [.. chosen.Select(pair => new IceRemoteCandidate(pair!.Component, pair.Remote.Address))]
                : [],
        };
    }
}
