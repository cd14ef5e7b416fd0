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
            AgentStream stream = context.Streams[i];
            IceStreamDescription told = description.Streams[i];
            if (first)
            {
                stream.SetRemote(told.Ufrag, told.Password);
            }

            IceCandidate[] early = [.. stream.PendingRemoteCandidates];
            stream.PendingRemoteCandidates.Clear();
            Add(now, stream, told.Candidates);
            Add(now, stream, early);
            stream.RemoteEnded |= told.EndOfCandidates || !description.Options.Contains("trickle");
        }

        foreach (AgentStream stream in context.Streams)
        {
            triggered.Replay(now, stream);
        }
    }

    public void Add(MonotonicTime now, AgentStream stream, IReadOnlyList<IceCandidate> candidates)
    {
        if (stream.Remote is not { } credentials)
        {
            stream.PendingRemoteCandidates.AddRange(candidates.Take(context.Options.MaxRemoteCandidates - stream.PendingRemoteCandidates.Count));
            return;
        }

        var added = new List<RemoteCandidate>();
        foreach (IceCandidate candidate in candidates)
        {
            if (Refusal(stream, credentials, candidate) is { } reason)
            {
                context.Events.Add(new RemoteCandidateIgnored(stream.Index, candidate, reason));
            }
            else
            {
                added.Add(Merge(stream, candidate));
            }
        }

        checklists.AddRemote(now, stream, added);
    }

    private static RemoteCandidate Merge(AgentStream stream, IceCandidate candidate)
    {
        if (Find(stream, candidate) is { } learnt)
        {
            learnt.Adopt(candidate);
            return learnt;
        }

        var remote = new RemoteCandidate(candidate, isSignalled: true);
        stream.RemoteCandidates.Add(remote);
        return remote;
    }

    private static RemoteCandidate? Find(AgentStream stream, IceCandidate candidate) =>
        stream.RemoteCandidates.Find(r => r.Address == candidate.Address && r.Component == candidate.Component);

    private string? Refusal(AgentStream stream, RemoteCredentials credentials, IceCandidate candidate)
    {
        if (AddressRules.RefusalOfRemote(candidate) is { } reason)
        {
            return reason;
        }

        if (candidate.Ufrag is { } ufrag && ufrag != credentials.Ufrag)
        {
            return $"belongs to another generation (ufrag {ufrag})";
        }

        if (Find(stream, candidate) is { IsSignalled: true })
        {
            return "known already";
        }

        return stream.RemoteCandidates.Count >= context.Options.MaxRemoteCandidates ? "too many remote candidates" : null;
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
