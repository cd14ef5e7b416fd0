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
        bool shown = context.Options.TransportPolicy == IceTransportPolicy.All;
        socket.Direct = new CandidateBase(socket, socket.Address, relay: null, usable: shown, context.Options.MaxRemoteCandidates);
        if (shown)
        {
            socket.Direct.Candidate = Make(socket, IceCandidateType.Host, socket.Address, socket.Direct, null, default, 65535 - socket.PreferenceIndex);
            Accept(now, socket.Direct.Candidate, null, duration);
        }
        else
        {
            Report(Outcome(socket, null, GatheringResult.Skipped, "relay only: the address is not shown", duration));
        }
    }

    public void AddServerReflexive(MonotonicTime now, GatheringTask task, TransportAddress mapped)
    {
        LocalSocket socket = task.Socket;
        TimeSpan duration = now - (task.StartedAt ?? now);
        if (context.Options.TransportPolicy != IceTransportPolicy.All)
        {
            return;
        }

        // Redundant: same transport address and same base (RFC 8445 §5.1.3). Without a NAT that is the host candidate itself.
        if (socket.Stream.LocalCandidates.Exists(c => c.Component == socket.Component && c.Address == mapped && ReferenceEquals(c.Base, socket.Direct)))
        {
            string detail = mapped == socket.Address ? "no NAT in between: equals the host candidate" : "known from another server";
            Report(Outcome(socket, task.Server, GatheringResult.Redundant, $"{mapped}: {detail}", duration));
            return;
        }

        LocalCandidate candidate = Make(
            socket, IceCandidateType.ServerReflexive, mapped, socket.Direct!, socket.Address, task.ServerAddress.Address, ServerPreference(task));
        Accept(now, candidate, task.Server, duration);
    }

    public void AddRelayed(MonotonicTime now, GatheringTask task, TransportAddress relayed, TransportAddress? mapped)
    {
        LocalSocket socket = task.Socket;
        TimeSpan duration = now - (task.StartedAt ?? now);
        if (socket.Stream.LocalCandidates.Exists(c => c.Component == socket.Component && c.Address == relayed))
        {
            Report(Outcome(socket, task.Server, GatheringResult.Redundant, $"{relayed} is the address of another candidate", duration));
            return;
        }

        task.RelayBase = new CandidateBase(socket, relayed, task, usable: true, context.Options.MaxRemoteCandidates);
        LocalCandidate candidate = Make(
            socket, IceCandidateType.Relayed, relayed, task.RelayBase, RelatedOfRelayed(relayed, mapped), task.ServerAddress.Address, ServerPreference(task));
        task.RelayBase.Candidate = candidate;
        Accept(now, candidate, task.Server, duration);
    }

    public static GatheringOutcome Outcome(LocalSocket socket, IceServerSettings? server, GatheringResult result, string detail, TimeSpan duration) =>
        new(socket.Stream.Index, socket.Component, socket.Address.Address, server?.ToString(), result, detail, duration);

    // Each server and address its own preference, servers in configured order first (RFC 8445 §5.1.2.2).
    private static int ServerPreference(GatheringTask task) => Math.Max(0, 65535 - (task.ServerIndex * 256) - task.Socket.PreferenceIndex);

    // The mapped address of the Allocate response, or the hidden form when the policy hides addresses (RFC 8839 §5.1).
    private TransportAddress RelatedOfRelayed(TransportAddress relayed, TransportAddress? mapped)
    {
        if (context.Options.TransportPolicy == IceTransportPolicy.All && mapped is { } shown)
        {
            return shown;
        }

        return new TransportAddress(relayed.Family == IpFamily.IPv6 ? IpAddress.FromIPv6(0) : IpAddress.FromIPv4(0), 9);
    }

    private LocalCandidate Make(
        LocalSocket socket, IceCandidateType type, TransportAddress address, CandidateBase @base, TransportAddress? related, IpAddress server, int localPreference) =>
        new(
            socket.Stream.Current,
            socket.Component,
            type,
            address,
            @base,
            related,
            context.Foundations.Get(type, @base.Address.Address, server),
            localPreference,
            IcePriority.Candidate(type, localPreference, socket.Component));

    private void Accept(MonotonicTime now, LocalCandidate candidate, IceServerSettings? server, TimeSpan duration)
    {
        candidate.Generation.LocalCandidates.Add(candidate);
        Report(Outcome(candidate.Base.Socket, server, GatheringResult.Found, candidate.Address.ToString(), duration));

        // Told first, paired then: the peer must not see checks from a candidate it was never told of (RFC 8838 §10).
        context.Events.Add(new LocalCandidateFound(candidate.Stream.Index, candidate.Info));
        checklists.AddLocal(now, candidate);
    }
}
