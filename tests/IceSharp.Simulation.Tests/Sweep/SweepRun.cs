using System.Buffers.Binary;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Sweep;

/// <summary>Runs a case on a network of its own and compares the outcome with the oracle's: the first session, a restart, the loss of the peer.</summary>
internal sealed class SweepRun : IDisposable
{
    // Checks that nobody answers end 39.5 s after their start; the slowest schedule starts them within seconds.
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(4);

    // 30 s without an answer (RFC 7675 §5.1), the answer that was on its way, and the four requests that have to go unanswered.
    private static readonly TimeSpan ConsentEnds = TimeSpan.FromSeconds(45);

    // The datagrams that are still on their way when a stream ends.
    private static readonly TimeSpan Drained = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan SendInterval = TimeSpan.FromMilliseconds(50);

    private readonly SweepCase _case;
    private readonly SweepNetwork _built;
    private readonly SweepJudge _judge;
    private readonly HashSet<(VirtualAgent By, int Number)> _received = [];
    private int _sent;

    /// <summary>Builds the case.</summary>
    /// <param name="scenario">The case.</param>
    /// <param name="recordings">Directory to record both agents in; null for none.</param>
    public SweepRun(SweepCase scenario, string? recordings = null)
    {
        _case = scenario;
        _built = new SweepNetwork(scenario, recordings);
        _judge = new SweepJudge(scenario, _built);
    }

    /// <summary>The longest time to nomination as a share of what the oracle allows; 0 before the end and where nothing connects.</summary>
    public double ShareOfTime => _judge.ShareOfTime;

    /// <summary>What the run has shown: features that a call was connected with.</summary>
    public SweepFeatures Shown { get; private set; }

    private VirtualPair Pair => _built.Pair;

    private VirtualNetwork Network => _built.Network;

    /// <summary>Runs to the end.</summary>
    /// <returns>What is wrong; null when all is as it must be.</returns>
    public string? Run()
    {
        try
        {
            Pair.Start();
            string? wrong = _case.Restart is { IsEarly: true }
                ? Restart(_case.Restart)
                : RunFirstSession() ?? (_case.Restart is { } restart && Pair.IsCompleted ? Restart(restart) : null);
            Shown = Pair.IsCompleted ? Show() : SweepFeatures.None;
            wrong ??= _case.LosesPeer && Pair.IsCompleted ? LosePeer() : null;
            return wrong is null ? null : $"{wrong}\n  {Pair.Offerer}; {Pair.Answerer}; {Network.Now}\n  paths: {string.Join("; ", _built.Oracles(_case.Restart)[0].Paths)}";
        }
        catch (InvariantViolationException e)
        {
            return e.Message;
        }
        catch (Exception e) when (e is not OutOfMemoryException && !SweepLoadFailure.Is(e))
        {
            return $"an exception: {e}";
        }
    }

    public string Timeline() => $"{_case}\n{Pair.ToTimeline()}";

    public byte[] Trace() => Network.Trace.ToArray();

    public void Dispose() => _built.Dispose();

    private string? RunFirstSession()
    {
        RunOutcome outcome = Network.RunUntil(IsOver, Limit);
        return outcome == RunOutcome.StepLimit
            ? "the run does not settle"
            : _judge.Judge(_built.Oracles(restart: null), Network.Now - MonotonicTime.Zero, Limit);
    }

    private string? Restart(SweepRestart restart)
    {
        // Nothing may be lost by our own doing while the old path works (RFC 8445 §9).
        bool staysUp = _case.IsLossless && restart is { IsEarly: false, KeepsNetwork: true };
        Pair.Offerer.DataReceiver = data => _received.Add((Pair.Offerer, BinaryPrimitives.ReadInt32BigEndian(data.Bytes.Span)));
        Pair.Answerer.DataReceiver = data => _received.Add((Pair.Answerer, BinaryPrimitives.ReadInt32BigEndian(data.Bytes.Span)));
        Network.RunFor(restart.After);
        Begin(restart.ByOfferer, restart.OffererMoves, Pair.Offerer, restart.OffererOtherNat);
        Begin(restart.ByAnswerer, restart.AnswererMoves, Pair.Answerer, restart.AnswererOtherNat);
        byte[] packet = new byte[20];
        for (MonotonicTime end = Network.Now + Limit; staysUp && !IsOver() && Network.Now < end;)
        {
            BinaryPrimitives.WriteInt32BigEndian(packet, _sent);
            if (!Pair.Offerer.TrySend(packet) || !Pair.Answerer.TrySend(packet))
            {
                return "a side cannot send during a restart though the old path works";
            }

            _sent++;
            Network.RunFor(SendInterval);
        }

        RunOutcome outcome = Network.RunUntil(IsOver, Limit);
        if (outcome == RunOutcome.StepLimit)
        {
            return "a restart does not settle";
        }

        MonotonicTime began = _built.Agents.Max(a => Pair.RestartedAt(a)?.Ticks) is { } ticks ? new MonotonicTime(ticks) : Network.Now;
        return (_judge.Judge(_built.Oracles(restart), Network.Now - began, Limit) ?? (staysUp ? JudgeStream() : null)) is { } wrong ? $"after a restart: {wrong}" : null;
    }

    private void Begin(bool restarts, bool moves, VirtualAgent agent, NatBehaviour? nat)
    {
        if (moves)
        {
            _built.Move(agent, nat);
        }

        if (restarts)
        {
            Pair.Restart(agent);
        }
    }

    private string? JudgeStream()
    {
        Network.RunFor(Drained);
        bool outage = _built.Agents.SelectMany(a => a.Events).OfType<RestartCompleted>().Any(e => e.Outage > TimeSpan.Zero);
        return outage ? "there was an outage though the old path works"
            : _received.Count != 2 * _sent ? $"{(2 * _sent) - _received.Count} of {2 * _sent} packets were lost though the old path works"
            : null;
    }

    // Both talk while one of them is unplugged; the invariants see to it that nothing leaves without consent.
    private string? LosePeer()
    {
        foreach (VirtualInterface cable in Pair.Offerer.Host.Interfaces)
        {
            cable.Link = LinkOptions.Down;
        }

        for (TimeSpan passed = TimeSpan.Zero; passed < ConsentEnds; passed += TimeSpan.FromSeconds(1))
        {
            Pair.Offerer.TrySend("still there?"u8);
            Pair.Answerer.TrySend("still there?"u8);
            Network.RunFor(TimeSpan.FromSeconds(1));
        }

        return _built.Agents.Any(a => _built.Parts.Any(p => a.Machine.GetRoute(p.Stream, p.Component) is not null)) ? "a side may still send to a peer that is gone" : null;
    }

    private SweepFeatures Show() =>
        (_case.IsLossless ? SweepFeatures.Lossless : SweepFeatures.Loss)
        | (_case.LosesPeer ? SweepFeatures.Consent : SweepFeatures.None)
        | (_built.Agents.Any(a => a.Events.OfType<RestartCompleted>().Any()) ? SweepFeatures.Restart : SweepFeatures.None)
        | (_built.Agents.Any(a => a.Host.OpenStreams > 0 && a.Machine.GetRoute(0, 1) is { IsRelayed: true }) ? SweepFeatures.Tcp : SweepFeatures.None)
        | (_case.OffererSurplus.HasSecondServers || _case.AnswererSurplus.HasSecondServers ? SweepFeatures.SeveralServers : SweepFeatures.None)
        | (_case.OffererSurplus.HasSecondInterface || _case.AnswererSurplus.HasSecondInterface ? SweepFeatures.SeveralInterfaces : SweepFeatures.None)
        | (_case.Streams != SweepStreams.One ? SweepFeatures.SeveralStreams : SweepFeatures.None)
        | (_case.OffererLink.Duplication > 0 ? SweepFeatures.LinkTroubles : SweepFeatures.None)
        | (_case.OffererAccess.Firewall is not null || _case.AnswererAccess.Firewall is not null ? SweepFeatures.Firewalls : SweepFeatures.None);

    private bool IsOver() => !Pair.IsSignalling && _built.Agents.All(SweepJudge.IsTerminal);
}
