using IceSharp.Protocol.Sdp;

namespace IceSharp.Protocol.Agent;

/// <summary>Tells a controlling agent once when the outcome of the checks wants another offer (RFC 8839 §4.3.4).</summary>
internal sealed class OfferAdvice(AgentContext context)
{
    private readonly HashSet<(StreamGeneration Generation, IceOfferReason Why)> _told = [];

    public void Evaluate()
    {
        List<AgentStream> used = context.Streams.FindAll(s => s.IsInUse);
        if (!context.Role.IsControlling || !used.TrueForAll(s => s.Checklist.State is ChecklistState.Completed or ChecklistState.Failed))
        {
            return;
        }

        foreach (AgentStream stream in used)
        {
            if (stream.Checklist.State == ChecklistState.Failed)
            {
                Tell(stream, IceOfferReason.StreamFailed, $"stream '{stream.Mid}' has failed: an offer should remove it");
            }
            else if (!context.PeerIsIce2 && DiffersFromDefault(stream))
            {
                Tell(stream, IceOfferReason.DefaultDestinationDiffers, $"stream '{stream.Mid}': the nominated pair is not the default destination, and the peer lacks ice2");
            }
        }
    }

    private static bool DiffersFromDefault(AgentStream stream)
    {
        for (int component = 1; component <= Math.Min(stream.UsedComponents, 2); component++)
        {
            CandidatePair nominated = stream.Checklist.Nominated(component)!;
            TransportAddress? own = DefaultCandidate.Choose([.. stream.LocalCandidates.Select(c => c.Info)], component);
            TransportAddress? theirs = (component == 1 ? stream.Told?.DefaultDestination : stream.Told?.RtcpDestination)
                ?? DefaultCandidate.Choose(stream.Told?.Candidates ?? [], component);
            if (nominated.Local.Address != own || nominated.Remote.Address != theirs)
            {
                return true;
            }
        }

        return false;
    }

    private void Tell(AgentStream stream, IceOfferReason why, string reason)
    {
        if (_told.Add((stream.Current, why)))
        {
            context.Events.Add(new UpdatedOfferNeeded(stream.Index, why, reason));
        }
    }
}
