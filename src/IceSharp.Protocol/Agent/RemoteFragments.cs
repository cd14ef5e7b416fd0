namespace IceSharp.Protocol.Agent;

/// <summary>Works in what the peer trickles in fragments: each repeats what was sent before, and counts for one generation only (RFC 8840 §4.4).</summary>
internal sealed class RemoteFragments(AgentContext context, RemoteDescriptions remote)
{
    public void Take(MonotonicTime now, IceFragment fragment)
    {
        foreach (IceStreamFragment told in fragment.Streams)
        {
            if (context.Streams.Find(s => s.Mid == told.Mid) is { } stream)
            {
                Take(now, stream.Current, told);
            }
        }

        if (fragment is not { EndOfCandidates: true, Ufrag: { } ufrag, Password: { } password })
        {
            return;
        }

        foreach (AgentStream stream in context.Streams)
        {
            End(stream.Current, ufrag, password);
        }
    }

    private void Take(MonotonicTime now, StreamGeneration generation, IceStreamFragment told)
    {
        if (generation.Remote is { } known && !known.Equals(told.Ufrag, told.Password))
        {
            foreach (IceCandidate candidate in told.Candidates)
            {
                context.Refuse(generation.Stream.Index, candidate, RemoteCandidateRefusal.OtherGeneration, $"its fragment belongs to another generation (ufrag {told.Ufrag})");
            }

            return;
        }

        // Repeats are the rule here: only what is new is told apart as ignored or taken.
        IceCandidate[] news = [.. told.Candidates.Where(c => !generation.Knows(c))];
        if (generation.RemoteEnded)
        {
            remote.IgnoreLate(generation, news);
        }
        else
        {
            remote.Add(now, generation, news);
        }

        if (told.EndOfCandidates)
        {
            End(generation, told.Ufrag, told.Password);
        }
    }

    private static void End(StreamGeneration generation, string ufrag, string password)
    {
        if (generation.Remote is null)
        {
            generation.EarlyEnd = (ufrag, password);
        }
        else
        {
            generation.RemoteEnded |= generation.Remote.Equals(ufrag, password);
        }
    }
}
