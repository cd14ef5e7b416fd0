namespace IceSharp.Protocol.Agent;

/// <summary>Works in what the peer tells: credentials, options, candidates at once or one by one (RFC 8839 §4.3, RFC 8838 §11).</summary>
internal sealed class RemoteDescriptions(AgentContext context, ChecklistSet checklists, TriggeredChecks triggered)
{
    public void Set(MonotonicTime now, IceDescription description)
    {
        Validate(description);
        bool first = context.ChecksBeganAt is null;
        if (first)
        {
            Begin(now, description);
        }

        for (int i = 0; i < context.Streams.Count; i++)
        {
            StreamGeneration generation = context.Streams[i].Current;
            IceStreamDescription told = description.Streams[i];
            if (first)
            {
                generation.SetRemote(told.Ufrag, told.Password);
                generation.ChecksBeganAt = now;
            }

            IceCandidate[] early = [.. generation.PendingRemoteCandidates];
            generation.PendingRemoteCandidates.Clear();
            Add(now, generation, told.Candidates);
            Add(now, generation, early);
            generation.RemoteEnded |= told.EndOfCandidates || !description.Options.Contains("trickle");
        }

        foreach (AgentStream stream in context.Streams)
        {
            triggered.Replay(now, stream.Current);
        }
    }

    public void Add(MonotonicTime now, StreamGeneration generation, IReadOnlyList<IceCandidate> candidates)
    {
        if (generation.Remote is not { } credentials)
        {
            generation.PendingRemoteCandidates.AddRange(candidates.Take(context.Options.MaxRemoteCandidates - generation.PendingRemoteCandidates.Count));
            return;
        }

        var added = new List<RemoteCandidate>();
        foreach (IceCandidate candidate in candidates)
        {
            if (Refusal(generation, credentials, candidate) is { } reason)
            {
                context.Events.Add(new RemoteCandidateIgnored(generation.Stream.Index, candidate, reason));
            }
            else
            {
                added.Add(Merge(generation, candidate));
            }
        }

        checklists.AddRemote(now, generation, added);
    }

    private static RemoteCandidate Merge(StreamGeneration generation, IceCandidate candidate)
    {
        if (Find(generation, candidate) is { } learnt)
        {
            learnt.Adopt(candidate);
            return learnt;
        }

        var remote = new RemoteCandidate(candidate, isSignalled: true);
        generation.RemoteCandidates.Add(remote);
        return remote;
    }

    private static RemoteCandidate? Find(StreamGeneration generation, IceCandidate candidate) =>
        generation.RemoteCandidates.Find(r => r.Address == candidate.Address && r.Component == candidate.Component);

    private string? Refusal(StreamGeneration generation, RemoteCredentials credentials, IceCandidate candidate)
    {
        if (AddressRules.RefusalOfRemote(candidate) is { } reason)
        {
            return reason;
        }

        if (candidate.Ufrag is { } ufrag && ufrag != credentials.Ufrag)
        {
            return $"belongs to another generation (ufrag {ufrag})";
        }

        if (Find(generation, candidate) is { IsSignalled: true })
        {
            return "known already";
        }

        return generation.RemoteCandidates.Count >= context.Options.MaxRemoteCandidates ? "too many remote candidates" : null;
    }

    private void Begin(MonotonicTime now, IceDescription description)
    {
        context.ChecksBeganAt = now;
        context.PeerIsIce2 = description.Options.Contains("ice2");

        // The larger of both proposals; none counts as 50 ms (RFC 8445 §14.2, RFC 8839 §5.5).
        TimeSpan proposed = TimeSpan.FromMilliseconds(Math.Min(description.PacingMilliseconds ?? 50, 10_000));
        context.Pacer.Ta = proposed > context.Options.Pacing ? proposed : context.Options.Pacing;
        if (description.IsLite)
        {
            context.Role.Decide(IceRole.Controlling, "the peer is a lite agent");
        }
        else if (context.Role.Current == IceRole.Undecided)
        {
            context.Role.Decide(IceRole.Controlled, "the peer made the offer");
        }
    }

    private void Validate(IceDescription description)
    {
        description.ThrowIfUnusable(context.Streams.Count);
        for (int i = 0; i < context.Streams.Count; i++)
        {
            IceStreamDescription told = description.Streams[i];
            if (context.Streams[i].Remote is { } known && !known.Equals(told.Ufrag, told.Password))
            {
                throw new ArgumentException(
                    $"Stream '{told.Mid}' has other credentials than before (ufrag {told.Ufrag}): an ICE restart, which is not supported.", nameof(description));
            }
        }
    }
}
