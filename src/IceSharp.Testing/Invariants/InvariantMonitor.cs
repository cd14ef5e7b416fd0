using System.Diagnostics.CodeAnalysis;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;

namespace IceSharp.Testing;

/// <summary>Watches one agent's machine and asks its invariants after every step.</summary>
/// <remarks>A journal: set it as <see cref="IceAgentMachineOptions.Journal"/> of a machine that is not a <see cref="VirtualAgent"/>'s. Not thread safe.</remarks>
[Experimental("ICE0001")]
public sealed class InvariantMonitor : IAgentJournal
{
    private const int MaxViolations = 20;

    private readonly string _agent;
    private readonly AgentInvariant[] _invariants;
    private readonly IAgentJournal? _next;
    private readonly RelayUnwrapper _relays = new();
    private readonly List<InvariantViolation> _violations = [];
    private byte[] _received = new byte[2048];
    private int _receivedLength;
    private TransportPath _receivedOn;
    private MonotonicTime _now;

    /// <summary>Creates a monitor.</summary>
    /// <param name="agent">Name of the agent for reports.</param>
    /// <param name="invariants">What has to hold; an instance belongs to one monitor.</param>
    /// <param name="next">A journal that is told everything too; null for none.</param>
    public InvariantMonitor(string agent, IEnumerable<AgentInvariant> invariants, IAgentJournal? next = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(agent);
        ArgumentNullException.ThrowIfNull(invariants);
        _agent = agent;
        _invariants = [.. invariants];
        _next = next;
        foreach (AgentInvariant invariant in _invariants)
        {
            invariant.ReportTo(Report);
        }
    }

    /// <summary>What did not hold, first things first; at most 20.</summary>
    public IReadOnlyList<InvariantViolation> Violations => _violations;

    /// <summary>The invariants that hold for every agent.</summary>
    /// <param name="options">The agent's settings.</param>
    public static IReadOnlyList<AgentInvariant> CreateDefaults(IceAgentMachineOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        List<AgentInvariant> invariants = [new LegalMoves(), new PacedTransactions(options.Pacing), new ValidatedAddresses(), new BoundedQueues(), new UnfrozenFoundations(), new LateAnswers(), new PairsOnce(), new PairPriorities()];
        if (options.ConsentFreshness)
        {
            invariants.Add(new ConsentHeld());
        }

        return invariants;
    }

    /// <summary>Says that application data leaves on a route; whoever sends data past the machine calls it.</summary>
    public void DataSent(MonotonicTime now, DataRoute route)
    {
        ArgumentNullException.ThrowIfNull(route);
        _now = now;
        foreach (AgentInvariant invariant in _invariants)
        {
            invariant.OnDataSent(now, route);
        }
    }

    /// <summary>Says that the machine has been polled until empty: its state is settled until the next input.</summary>
    /// <param name="now">When.</param>
    /// <param name="machine">The machine; looked at only.</param>
    /// <param name="streamCount">Number of its data streams.</param>
    public void Settled(MonotonicTime now, IceAgentMachine machine, int streamCount)
    {
        ArgumentNullException.ThrowIfNull(machine);
        _now = now;
        foreach (AgentInvariant invariant in _invariants)
        {
            invariant.OnSettled(now, machine, streamCount);
        }
    }

    /// <summary>Throws when something did not hold.</summary>
    /// <exception cref="InvariantViolationException">Something did not hold.</exception>
    public void ThrowIfViolated()
    {
        if (_violations.Count > 0)
        {
            throw new InvariantViolationException([.. _violations]);
        }
    }

    void IAgentJournal.Created(IceAgentMachineOptions options) => _next?.Created(options);

    void IAgentJournal.Called(string verb, params ReadOnlySpan<object?> arguments)
    {
        _next?.Called(verb, arguments);
        Input(arguments.Length > 0 && arguments[0] is MonotonicTime now && verb != nameof(IceAgentMachine.ReportDataSent) ? now : _now);
    }

    void IAgentJournal.TimedOut(MonotonicTime now)
    {
        _next?.TimedOut(now);
        Input(now);
    }

    void IAgentJournal.Received(MonotonicTime now, in TransportPath path, ReadOnlySpan<byte> datagram)
    {
        _next?.Received(now, path, datagram);
        Input(now);
        if (datagram.Length > _received.Length)
        {
            _received = new byte[datagram.Length];
        }

        datagram.CopyTo(_received);
        _receivedLength = datagram.Length;
        _receivedOn = path;
    }

    void IAgentJournal.Judged(in DatagramVerdict verdict)
    {
        _next?.Judged(verdict);
        AgentPacket packet = _relays.Unwrap(_receivedOn.Socket, _receivedOn.Remote, _received.AsSpan(0, _receivedLength));
        foreach (AgentInvariant invariant in _invariants)
        {
            invariant.OnReceived(_now, packet, verdict);
        }
    }

    void IAgentJournal.Drew(ReadOnlySpan<byte> bytes) => _next?.Drew(bytes);

    void IAgentJournal.AskedGate(MonotonicTime now, bool taken, MonotonicTime next) => _next?.AskedGate(now, taken, next);

    void IAgentJournal.AskedFilter(LocalInterfaceAddress address, bool isUsed) => _next?.AskedFilter(address, isUsed);

    void IAgentJournal.Transmitted(MonotonicTime now, in Transmit transmit, ReadOnlySpan<byte> datagram)
    {
        _next?.Transmitted(now, transmit, datagram);
        _now = now;
        AgentPacket packet = _relays.Unwrap(transmit.Socket, transmit.Destination, datagram);
        foreach (AgentInvariant invariant in _invariants)
        {
            invariant.OnOutput(AgentOutput.Transmit);
            invariant.OnSent(now, packet);
        }
    }

    void IAgentJournal.Requested(IceHostRequest request)
    {
        _next?.Requested(request);
        foreach (AgentInvariant invariant in _invariants)
        {
            invariant.OnOutput(AgentOutput.HostRequest);
        }
    }

    void IAgentJournal.Told(IceAgentEvent fact)
    {
        _next?.Told(fact);
        foreach (AgentInvariant invariant in _invariants)
        {
            invariant.OnOutput(AgentOutput.Event);
            invariant.OnEvent(_now, fact);
        }
    }

    void IAgentJournal.FoundNone(AgentOutput output, MonotonicTime now) => _next?.FoundNone(output, now);

    private void Input(MonotonicTime now)
    {
        _now = now;
        foreach (AgentInvariant invariant in _invariants)
        {
            invariant.OnInput(now);
        }
    }

    private void Report(AgentInvariant invariant, string what)
    {
        if (_violations.Count < MaxViolations)
        {
            _violations.Add(new InvariantViolation(_agent, _now, invariant.Rule, what));
        }
    }
}
