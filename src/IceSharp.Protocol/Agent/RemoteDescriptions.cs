namespace IceSharp.Protocol.Agent;

/// <summary>Works in what the peer tells: credentials, options, candidates at once or one by one (RFC 8839 §4.3, RFC 8838 §11).</summary>
internal sealed class RemoteDescriptions(AgentContext context, ChecklistSet checklists, TriggeredChecks triggered, Restarts restarts)
{
    public void Set(MonotonicTime now, IceDescription description)
    {
        Validate(description);
        bool first = context.ChecksBeganAt is null;
        if (first)
        {
            Begin(now, description);
        }

        context.PeerIsLite = description.IsLite;
        context.PeerTrickles |= description.Options.Contains("trickle");
        for (int i = 0; i < context.Streams.Count; i++)
        {
            AgentStream stream = context.Streams[i];
            IceStreamDescription told = description.Streams[i];
            if (stream.IsPastRemote(told.Ufrag) && stream.Remote?.Ufrag != told.Ufrag)
            {
                // A description of an earlier session, overtaken on its way.
                continue;
            }

            if (stream.Current.Remote is null)
            {
                stream.Current.SetRemote(told.Ufrag, told.Password);
                stream.Current.ChecksBeganAt = now;
            }
            else if (!stream.Current.Remote.Equals(told.Ufrag, told.Password))
            {
                restarts.Accept(now, stream, told.Ufrag, told.Password);
            }

            StreamGeneration generation = stream.Current;
            IceCandidate[] early = [.. generation.PendingRemoteCandidates];
            generation.PendingRemoteCandidates.Clear();
            Add(now, generation, told.Candidates);
            Add(now, generation, early);
            generation.RemoteEnded |= told.EndOfCandidates || !context.PeerTrickles;
        }

        foreach (AgentStream stream in context.Streams)
        {
            triggered.Replay(now, stream.Current);
        }
    }

    /// <summary>Takes one candidate that trickles in, for the session that it names.</summary>
    public void Add(MonotonicTime now, AgentStream stream, IceCandidate candidate)
    {
        StreamGeneration current = stream.Current;
        bool isAhead = stream.Pending is not null && candidate.Ufrag is { } ufrag && ufrag != current.Remote?.Ufrag && !stream.IsPastRemote(ufrag);
        if (isAhead)
        {
            // Of the peer's answer to our restart, which it has overtaken.
            Add(now, stream.Pending!, [candidate]);
        }
        else if (current.RemoteEnded)
        {
            context.Events.Add(new RemoteCandidateIgnored(stream.Index, candidate, "it comes after the end of candidates"));
        }
        else
        {
            Add(now, current, [candidate]);
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
        bool restarts = context.Streams.Exists(s => s.Remote is { } known && !known.Equals(description.Streams[s.Index].Ufrag, description.Streams[s.Index].Password));
        if (context.ChecksBeganAt is not null && !restarts && description.IsLite != context.PeerIsLite)
        {
            throw new ArgumentException("A peer becomes lite or full by an ICE restart only: these are the credentials of before.", nameof(description));
        }
    }
}
