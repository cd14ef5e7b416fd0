namespace IceSharp.Protocol.Agent;

/// <summary>Works in what the peer tells: credentials, options, candidates at once or one by one (RFC 8839 §4.3, RFC 8838 §11).</summary>
internal sealed class RemoteDescriptions(AgentContext context, ChecklistSet checklists, TriggeredChecks triggered, Restarts restarts, StreamEnds ends, RemoteCandidatesCheck remoteCandidates, LiteSelection lite)
{
    private IceDescription? _inForce;

    /// <summary>Takes a description; without a kind the first one is an answer when this agent has described itself before, and later ones are taken as what they say.</summary>
    public void Set(MonotonicTime now, IceDescription description, IceDescriptionKind kind)
    {
        Validate(description, kind);
        _inForce = description;
        context.MadeTheOffer ??= false;
        bool first = context.ChecksBeganAt is null;
        if (first && kind == IceDescriptionKind.Unknown)
        {
            kind = context.MadeTheOffer == true ? IceDescriptionKind.Answer : IceDescriptionKind.Offer;
        }

        if (first)
        {
            Begin(now, description);
        }

        context.PeerIsLite = description.IsLite;
        context.PeerTrickles |= description.Options.Contains("trickle");
        EndUnused(now, description, kind);
        for (int i = 0; i < context.Streams.Count; i++)
        {
            AgentStream stream = context.Streams[i];
            IceStreamDescription told = description.Streams[i];
            bool isBranch = IsBranch(stream, kind);
            if (stream.IsPastRemote(told.Ufrag) && stream.Remote?.Ufrag != told.Ufrag && !isBranch)
            {
                // A description of an earlier session, overtaken on its way.
                continue;
            }

            stream.Told = told;
            if (!stream.IsInUse)
            {
                continue;
            }

            if (told.RtcpMux && stream.Media.RtcpMux)
            {
                ends.Mux(now, stream);
            }

            if (stream.Current.Remote is null)
            {
                stream.Current.SetRemote(told.Ufrag, told.Password);
                stream.Current.ChecksBeganAt = now;
            }
            else if (!stream.Current.Remote.Equals(told.Ufrag, told.Password) && isBranch)
            {
                restarts.TurnTo(now, stream, told.Ufrag, told.Password);
            }
            else if (!stream.Current.Remote.Equals(told.Ufrag, told.Password))
            {
                restarts.Accept(now, stream, told.Ufrag, told.Password);
            }

            StreamGeneration generation = stream.Current;
            IceCandidate[] early = [.. generation.PendingRemoteCandidates];
            generation.PendingRemoteCandidates.Clear();
            Add(now, generation, [.. told.Candidates.Concat(DefaultAsCandidate(told, kind)).Where(c => !generation.Knows(c))]);
            Add(now, generation, early);
            generation.RemoteEnded |= told.EndOfCandidates || !context.PeerTrickles || generation.EarlyEnd == (told.Ufrag, told.Password);
        }

        foreach (AgentStream stream in context.Streams)
        {
            triggered.Replay(now, stream.Current);
            remoteCandidates.Judge(stream);
        }

        lite.Choose(now, description);
    }

    // An answer cannot restart what our offer did not: with other credentials it is that of another branch (RFC 8839 §7).
    private bool IsBranch(AgentStream stream, IceDescriptionKind kind) =>
        kind == IceDescriptionKind.Answer && context.MadeTheOffer == true && stream.Pending is null && stream.Current.Remote is not null;

    // RFC 8839 §4.2.5, §4.3.3: what the peer rejects or does not use ICE for ends here; a mismatch that the offerer sees ends everything.
    private void EndUnused(MonotonicTime now, IceDescription description, IceDescriptionKind kind)
    {
        bool answerMismatches = kind == IceDescriptionKind.Answer && description.Streams.Any(s => s is { IsIceMismatch: false, HasDefaultMismatch: true });
        for (int i = 0; i < context.Streams.Count; i++)
        {
            IceStreamDescription told = description.Streams[i];
            (IceStreamEnd why, string reason) = told switch
            {
                { IsRejected: true } => (IceStreamEnd.Rejected, "the peer rejects it"),
                { IsIceMismatch: true } => (IceStreamEnd.Mismatch, "the peer saw a default destination that is none of the candidates"),
                { SupportsIce: false } => (IceStreamEnd.WithoutIce, "the peer uses no ICE for it"),
                _ when answerMismatches => (IceStreamEnd.Mismatch, "a default destination of the answer is none of its candidates"),
                { HasDefaultMismatch: true } when kind == IceDescriptionKind.Offer && context.Options.MismatchHandling == IceMismatchHandling.EndIce =>
                    (IceStreamEnd.Mismatch, "the default destination of the offer is none of its candidates"),
                _ => (IceStreamEnd.None, string.Empty),
            };
            if (why != IceStreamEnd.None)
            {
                ends.End(now, context.Streams[i], why, $"stream '{context.Streams[i].Mid}': {reason}");
            }
        }
    }

    private static IEnumerable<IceCandidate> DefaultAsCandidate(IceStreamDescription told, IceDescriptionKind kind)
    {
        if (kind == IceDescriptionKind.Offer && told.HasDefaultMismatch && told.DefaultDestination is { } address && !told.Candidates.Any(c => c.Component == 1 && c.Address == address))
        {
            yield return new IceCandidate { Foundation = "default", Component = 1, Priority = 1, Address = address, Type = IceCandidateType.Host, Mid = told.Mid };
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
            IgnoreLate(current, [candidate]);
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
            if (Refusal(generation, credentials, candidate) is { } refusal)
            {
                context.Refuse(generation.Stream.Index, candidate, refusal.Kind, refusal.Reason);
            }
            else
            {
                added.Add(Merge(generation, candidate));
            }
        }

        checklists.AddRemote(now, generation, added);
    }

    /// <summary>Candidates that come after the end of candidates do not count (RFC 8838 §14).</summary>
    public void IgnoreLate(StreamGeneration generation, IReadOnlyList<IceCandidate> candidates)
    {
        foreach (IceCandidate candidate in candidates)
        {
            context.Refuse(generation.Stream.Index, candidate, RemoteCandidateRefusal.AfterEnd, "it comes after the end of candidates");
        }
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

    private (RemoteCandidateRefusal Kind, string Reason)? Refusal(StreamGeneration generation, RemoteCredentials credentials, IceCandidate candidate)
    {
        if (AddressRules.RefusalOfRemote(candidate, context.Options) is { } refusal)
        {
            return refusal;
        }

        if (candidate.Ufrag is { } ufrag && ufrag != credentials.Ufrag)
        {
            return (RemoteCandidateRefusal.OtherGeneration, $"belongs to another generation (ufrag {ufrag})");
        }

        if (Find(generation, candidate) is { IsSignalled: true })
        {
            return (RemoteCandidateRefusal.Known, "known already");
        }

        if (generation.RemoteCandidates.Count < context.Options.MaxRemoteCandidates || Find(generation, candidate) is not null)
        {
            return null;
        }

        context.Limits.Note(IceAgentLimit.RemoteCandidates);
        return (RemoteCandidateRefusal.LimitReached, "too many remote candidates");
    }

    private void Begin(MonotonicTime now, IceDescription description)
    {
        context.ChecksBeganAt = now;
        context.PeerIsIce2 = description.Options.Contains("ice2");
        context.PeerIsLite = description.IsLite;
        context.Renominates = context.Options.Renomination && description.Options.Contains(LocalDescriptions.Renomination);

        // The larger of both proposals; none counts as 50 ms (RFC 8445 §14.2, RFC 8839 §5.5).
        TimeSpan proposed = TimeSpan.FromMilliseconds(Math.Min(description.PacingMilliseconds ?? 50, 10_000));
        context.Pacer.Ta = proposed > context.Options.Pacing ? proposed : context.Options.Pacing;
        if (context.Options.IsLite && !description.IsLite)
        {
            context.Role.Decide(IceRole.Controlled, "this agent is lite, the peer is not");
        }
        else if (description.IsLite && !context.Options.IsLite)
        {
            context.Role.Decide(IceRole.Controlling, "the peer is a lite agent");
        }
        else if (context.Role.Current == IceRole.Undecided)
        {
            context.Role.Decide(IceRole.Controlled, "the peer made the offer");
        }
    }

    private void Validate(IceDescription description, IceDescriptionKind kind)
    {
        description.ThrowIfUnusable(context.Streams.Count, kind);
        if (_inForce is not null && description.Streams.Count >= _inForce.Streams.Count)
        {
            description.ThrowIfNotUpdateOf(_inForce);
        }
    }
}
