namespace IceSharp.Protocol.Agent;

/// <summary>Makes local candidates out of what gathering finds, drops redundant ones, and keeps the report (RFC 8445 §5.1.2, §5.1.3).</summary>
internal sealed class CandidateFactory(AgentContext context, ChecklistSet checklists)
{
    private readonly List<GatheringOutcome> _report = [];

    /// <summary>What came of each address and server, in order.</summary>
    public IReadOnlyList<GatheringOutcome> Outcomes => _report;

    public void Report(GatheringOutcome outcome)
    {
        if (_report.Count < 1000)
        {
            _report.Add(outcome);
        }
    }

    public void AddHost(MonotonicTime now, LocalSocket socket, TimeSpan duration)
    {
        socket.Direct ??= new CandidateBase(socket, socket.Address, relay: null, context.Policy.UsesDirectPath, context.Options.MaxRemoteCandidates);
        IceAddressRewrite? rule = context.Options.AddressRewrites.FirstOrDefault(r => r.Applies(socket.Address.Address));
        if (context.Policy.ShowsHost)
        {
            IceAddressRewrite? replacing = rule is { ReplacesHost: true } ? rule : null;
            TransportAddress shown = replacing is null ? socket.Address : socket.Address with { Address = replacing.External };
            Accept(now, Make(socket, IceCandidateType.Host, shown, socket.Direct, null, default, 65535 - socket.PreferenceIndex, replacing), null, duration);
        }
        else
        {
            Report(Outcome(socket, GatheringResult.Skipped, "by policy the address is not shown", duration));
        }

        if (rule is { ReplacesHost: false } && context.Policy.ShowsReflexive)
        {
            TransportAddress mapped = socket.Address with { Address = rule.External };
            Accept(
                now,
                Make(socket, IceCandidateType.ServerReflexive, mapped, socket.Direct, RelatedOfReflexive(socket), default, 65535 - socket.PreferenceIndex, rule),
                null,
                duration);
        }
    }

    public void AddServerReflexive(MonotonicTime now, GatheringTask task, TransportAddress mapped)
    {
        LocalSocket socket = task.Socket;
        TimeSpan duration = now - (task.StartedAt ?? now);
        if (!context.Policy.ShowsReflexive)
        {
            return;
        }

        // Redundant: same transport address and same base (RFC 8445 §5.1.3). Without a NAT that is the host candidate itself. A candidate
        // that was told already stays, whatever the new one's priority (RFC 8838 §10).
        if (socket.Stream.Newest.LocalCandidates.Exists(c => c.Component == socket.Component && c.Address == mapped && ReferenceEquals(c.Base, socket.Direct)))
        {
            string detail = mapped == socket.Address ? "no NAT in between: equals the host candidate" : "known from another server or rule";
            Report(Outcome(task, GatheringResult.Redundant, $"{mapped}: {detail}", duration));
            return;
        }

        LocalCandidate candidate = Make(
            socket, IceCandidateType.ServerReflexive, mapped, socket.Direct!, RelatedOfReflexive(socket), task.ServerAddress.Address, ServerPreference(task));
        Accept(now, candidate, task, duration);
    }

    public void AddRelayed(MonotonicTime now, GatheringTask task, TransportAddress relayed, TransportAddress? mapped)
    {
        LocalSocket socket = task.Socket;
        TimeSpan duration = now - (task.StartedAt ?? now);
        if (socket.Stream.Newest.LocalCandidates.Exists(c => c.Component == socket.Component && c.Address == relayed))
        {
            Report(Outcome(task, GatheringResult.Redundant, $"{relayed} is the address of another candidate", duration));
            return;
        }

        task.RelayBase ??= new CandidateBase(socket, relayed, task, usable: true, context.Options.MaxRemoteCandidates);
        LocalCandidate candidate = Make(
            socket, IceCandidateType.Relayed, relayed, task.RelayBase, RelatedOfRelayed(relayed, mapped), task.ServerAddress.Address, ServerPreference(task));
        Accept(now, candidate, task, duration);
    }

    public static GatheringOutcome Outcome(LocalSocket socket, GatheringResult result, string detail, TimeSpan duration) =>
        new(socket.Stream.Index, socket.Component, socket.Interface.Address, null, result, detail, duration) { InterfaceName = socket.Interface.InterfaceName };

    public static GatheringOutcome Outcome(GatheringTask task, GatheringResult result, string detail, TimeSpan duration) =>
        Outcome(task.Socket, result, detail, duration) with { Server = task.Server.ToString(), ServerAddress = task.ServerAddress };

    // Each server and address its own preference, servers in configured order first (RFC 8445 §5.1.2.2).
    private static int ServerPreference(GatheringTask task) => 65535 - (task.ServerIndex * 256) - task.Socket.PreferenceIndex;

    // The base, or the hidden form when the policy hides local addresses (RFC 8839 §5.1).
    private TransportAddress RelatedOfReflexive(LocalSocket socket) => context.Policy.ShowsHost ? socket.Address : Hidden(socket.Address.Family);

    // The mapped address of the Allocate response, or the hidden form when the policy hides addresses.
    private TransportAddress RelatedOfRelayed(TransportAddress relayed, TransportAddress? mapped) =>
        context.Policy.ShowsReflexive && mapped is { } shown ? shown : Hidden(relayed.Family);

    private static TransportAddress Hidden(IpFamily family) => new(family == IpFamily.IPv6 ? IpAddress.FromIPv6(0) : IpAddress.FromIPv4(0), 9);

    private LocalCandidate Make(
        LocalSocket socket,
        IceCandidateType type,
        TransportAddress address,
        CandidateBase @base,
        TransportAddress? related,
        IpAddress server,
        int wantedPreference,
        IceAddressRewrite? rewrite = null)
    {
        // After a restart the same path has the same priority, whichever server tells of it first this time: a peer that compares
        // priorities over sessions would otherwise stay with its old pair.
        int localPreference = FreePreference(socket, type, @base.FormerPreferences.GetValueOrDefault((type, address), wantedPreference));
        @base.FormerPreferences[(type, address)] = localPreference;
        return new LocalCandidate(
            socket.Stream.Newest,
            socket.Component,
            type,
            address,
            @base,
            related,
            context.Foundations.Get(type, @base.Address.Address, server),
            localPreference,
            IcePriority.Candidate(context.Options.TypePreferences, type, localPreference, socket.Component),
            context.Options.TypePreferences,
            rewrite);
    }

    // Priorities are unique in a stream, so no two candidates of a type and component share a preference (RFC 8445 §5.1.2.1). Downwards
    // from what is wanted; where the wanted ones run out, whatever is free.
    private static int FreePreference(LocalSocket socket, IceCandidateType type, int wanted)
    {
        int preference = Math.Clamp(wanted, 1, 65535);
        while (socket.Stream.Newest.LocalCandidates.Exists(c => c.Component == socket.Component && c.Type == type && c.LocalPreference == preference))
        {
            preference = preference > 1 ? preference - 1 : 65535;
        }

        return preference;
    }

    private void Accept(MonotonicTime now, LocalCandidate candidate, GatheringTask? task, TimeSpan duration)
    {
        if (candidate.Generation.Checklist.Nominated(candidate.Component) is not null && !context.Renominates)
        {
            // Nothing is told any more once a pair of the component is nominated; a restart brings it back (RFC 8838 §13).
            string late = $"{candidate.Address}: a pair was nominated before it was found";
            Report(task is null ? Outcome(candidate.Base.Socket, GatheringResult.Skipped, late, duration) : Outcome(task, GatheringResult.Skipped, late, duration));
            return;
        }

        // What stands for the base in pairs: the candidate that is the base itself or, where the policy holds that back, the first that
        // sends from there (RFC 8445 §6.1.2.4 replaces a reflexive candidate by its base).
        candidate.Generation.LocalCandidates.Add(candidate);
        string detail = candidate.Info.Rewrite is { } rule ? $"{candidate.Address} by the rule {rule}" : $"{candidate.Address}";
        Report(task is null ? Outcome(candidate.Base.Socket, GatheringResult.Found, detail, duration) : Outcome(task, GatheringResult.Found, detail, duration));

        // Told first, paired then: the peer must not see checks from a candidate it was never told of (RFC 8838 §10).
        context.Events.Add(new LocalCandidateFound(candidate.Stream.Index, candidate.Info));
        checklists.AddLocal(now, candidate);
    }
}
