using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Nat;

/// <summary>Observes what a NAT or firewall does to UDP, with the help of STUN servers: NAT behaviour discovery (RFC 5780).</summary>
/// <remarks>
/// One test after the other, each series from fresh random ports. After each batch of inputs poll <see cref="TryGetTransmit"/>,
/// <see cref="TryGetHostRequest"/> and <see cref="TryGetEvent"/> until they return false, then wait until <see cref="NextTimeout"/>. Servers
/// without a second address tell the mapped address, and two of them a part of mapping; the report says what could not be told. Redirections are
/// not followed (RFC 5780 §5). What a server sends never throws. Not thread safe.
/// </remarks>
/// <example><code>
/// var machine = new NatProbeMachine(new NatProbeSettings { Servers = [server], LocalAddress = address }, random);
/// machine.Start(now);
/// </code></example>
[Experimental("ICE0001")]
public sealed class NatProbeMachine : IDisposable
{
    /// <summary>Size of a buffer that every request fits into.</summary>
    public const int MaxRequestBytes = 65_507;

    private const int MaxServers = 8, MaxBindAttempts = 8, FirstPort = 49152, PortCount = ushort.MaxValue + 1 - FirstPort;

    // Row: from; column: to.
    private static readonly bool[,] LegalMoves =
    {
        // Idle, Running, Done
        { false, true, false },
        { false, false, true },
        { false, false, false },
    };

    private readonly NatProbeSettings _settings;
    private readonly IRandomSource _random;
    private readonly IntervalPacingGate _gate;
    private readonly NatExchange _exchange;
    private readonly NatNotebook _notebook;
    private readonly IEnumerator<NatStep> _steps;
    private readonly List<NatSocket> _sockets = [];
    private readonly Queue<NatHostRequest> _requests = new();
    private readonly Queue<NatProbeEvent> _events = new();
    private MonotonicTime _start;
    private MonotonicTime _sendAt;
    private MonotonicTime _idleUntil = MonotonicTime.Never;
    private NatSocket? _opening;
    private int _bindAttempts;
    private int _lastRequestId;

    /// <summary>Creates a machine that has nothing to do yet.</summary>
    /// <param name="settings">Settings.</param>
    /// <param name="random">Source of transaction IDs and ports.</param>
    /// <exception cref="ArgumentException">There are no servers or more than 8, one cannot be sent to or is of another family than the local address, the local address is unspecified, or SOFTWARE is too long.</exception>
    public NatProbeMachine(NatProbeSettings settings, IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(random);
        ArgumentNullException.ThrowIfNull(settings.Servers, nameof(settings));
        StunTextLimits.CountBytes(StunAttributeType.Software, settings.Software, nameof(settings));
        if (settings.LocalAddress.Family == IpFamily.None || settings.LocalAddress.IsUnspecified)
        {
            throw new ArgumentException($"A probe needs a local address of its own, not '{settings.LocalAddress}'.", nameof(settings));
        }

        if (settings.Servers.Count is 0 or > MaxServers)
        {
            throw new ArgumentException($"A probe takes 1 to {MaxServers} servers, not {settings.Servers.Count}.", nameof(settings));
        }

        foreach (TransportAddress server in settings.Servers)
        {
            if (server.Family != settings.LocalAddress.Family || server.Port == 0)
            {
                throw new ArgumentException($"'{server}' is no address to send to from {settings.LocalAddress}.", nameof(settings));
            }
        }

        _settings = settings;
        _random = random;
        _gate = new IntervalPacingGate(settings.TransactionInterval);
        _exchange = new NatExchange(settings, random);
        _notebook = new NatNotebook(settings);
        _steps = new NatProbeScript(_notebook).Run();
    }

    /// <summary>How far it has come.</summary>
    public NatProbeState State { get; private set; }

    /// <summary>What was observed; null until it is <see cref="NatProbeState.Done"/>.</summary>
    public NatReport? Report { get; private set; }

    /// <summary>When and why <see cref="HandleTimeout"/> wants to be called, or <see cref="TryGetTransmit"/> again.</summary>
    public Deadline NextTimeout
    {
        get
        {
            if (State != NatProbeState.Running)
            {
                return Deadline.Never;
            }

            return _exchange.IsWaitingToSend ? new Deadline(_sendAt, TimerReason.Pacing)
                : !_idleUntil.IsNever ? new Deadline(_idleUntil, TimerReason.IdleMapping)
                : Deadline.Min(Deadline.Never, new Deadline(_exchange.NextDeadline, TimerReason.Transaction));
        }
    }

    /// <summary>Begins; a second call does nothing.</summary>
    /// <param name="now">The current time.</param>
    public void Start(MonotonicTime now)
    {
        if (State != NatProbeState.Idle)
        {
            return;
        }

        _start = now;
        MoveTo(NatProbeState.Running);
        Advance(now);
    }

    /// <summary>Takes a received datagram.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="path">Where it came from and in.</param>
    /// <param name="datagram">Its bytes; not kept.</param>
    public DatagramVerdict HandleDatagram(MonotonicTime now, in TransportPath path, ReadOnlySpan<byte> datagram)
    {
        if (State != NatProbeState.Running)
        {
            return DatagramVerdict.Dropped(DropReason.Closed);
        }

        if (!IsOpen(path.Socket))
        {
            return DatagramVerdict.Dropped(DropReason.UnknownSocket);
        }

        if (StunReader.TryParse(datagram, out StunReader message) != StunParseStatus.Ok)
        {
            return DatagramVerdict.Dropped(DropReason.MalformedStun);
        }

        DropReason reason = _exchange.HandleMessage(now, _start, path, message, out NatTestRecord? finished);
        Finish(now, finished);
        return reason == DropReason.None ? DatagramVerdict.Consumed : DatagramVerdict.Dropped(reason);
    }

    /// <summary>Takes the network's word that nobody listens there (ICMP): the test fails at once.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="socket">The socket that the packet had left from.</param>
    /// <param name="destination">Where it had gone.</param>
    public void HandleUnreachable(MonotonicTime now, SocketHandle socket, TransportAddress destination) =>
        Finish(now, _exchange.HandleUnreachable(now, _start, socket, destination));

    /// <summary>Does all work that is due; early or repeated calls do nothing.</summary>
    public void HandleTimeout(MonotonicTime now)
    {
        Finish(now, _exchange.HandleTimeout(now, _start));
        if (now >= _idleUntil)
        {
            _idleUntil = MonotonicTime.Never;
            Advance(now);
        }
    }

    /// <summary>Takes the host's answer; one that nobody waits for does nothing.</summary>
    public void HandleHostAnswer(MonotonicTime now, NatHostAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        if (_opening is not { } socket || answer.RequestId != _lastRequestId)
        {
            return;
        }

        if (answer is NatSocketOpened)
        {
            _opening = null;
            _sockets.Add(socket);
            Advance(now);
        }
        else if (++_bindAttempts < MaxBindAttempts)
        {
            RequestSocket(socket);
        }
        else
        {
            _opening = null;
            _notebook.Outcome = NatProbeOutcome.LocalFailure;
            End();
        }
    }

    /// <summary>Gets the next datagram to send.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="buffer">Where its bytes go; <see cref="MaxRequestBytes"/> are always enough, 4,096 unless <see cref="NatProbeTests.Fragments"/> are tested.</param>
    /// <param name="transmit">Where to send them.</param>
    /// <returns>False when there is none (yet).</returns>
    /// <exception cref="ArgumentException"><paramref name="buffer"/> is too short.</exception>
    public bool TryGetTransmit(MonotonicTime now, Span<byte> buffer, out Transmit transmit)
    {
        if (!_exchange.IsWaitingToSend)
        {
            return _exchange.TryTakeRetransmission(buffer, out transmit);
        }

        if (!_gate.TryTake(now, out MonotonicTime next))
        {
            _sendAt = next;
            transmit = default;
            return false;
        }

        transmit = _exchange.SendFirst(now, buffer);
        return true;
    }

    /// <summary>Gets the next I/O that the host has to do.</summary>
    /// <returns>False when there is none.</returns>
    public bool TryGetHostRequest([NotNullWhen(true)] out NatHostRequest? request) => _requests.TryDequeue(out request);

    /// <summary>Gets the next event: one for each test, and one at the end.</summary>
    /// <returns>False when there is none.</returns>
    public bool TryGetEvent([NotNullWhen(true)] out NatProbeEvent? happened) => _events.TryDequeue(out happened);

    /// <summary>Gives the keys of the credentials back. Sockets are the host's to close.</summary>
    public void Dispose()
    {
        _steps.Dispose();
        _exchange.Dispose();
    }

    /// <summary>"NatProbe: Running, 3 tests".</summary>
    public override string ToString() => FormattableString.Invariant($"NatProbe: {State}, {_notebook.Records.Count} tests");

    private bool IsOpen(SocketHandle handle) => _sockets.Exists(s => s.Handle == handle);

    private void Finish(MonotonicTime now, NatTestRecord? record)
    {
        if (record is null)
        {
            return;
        }

        _notebook.Records.Add(record);
        _events.Enqueue(new NatTestFinished(record));
        Advance(now);
    }

    private void Advance(MonotonicTime now)
    {
        if (!_steps.MoveNext())
        {
            End();
            return;
        }

        switch (_steps.Current)
        {
            case OpenStep open:
                _bindAttempts = 0;
                RequestSocket(_opening = open.Socket);
                break;
            case AskStep ask:
                _sendAt = now;
                _exchange.Begin(ask, _notebook.First?.Destination);
                break;
            case IdleStep idle:
                _idleUntil = now + idle.Time;
                break;
        }
    }

    // RFC 5780 §4.1: a port that had no traffic lately, drawn from the dynamic ones; never the same one twice in a probe.
    private void RequestSocket(NatSocket socket)
    {
        Span<byte> draw = stackalloc byte[2];
        _random.Fill(draw);
        int port = FirstPort + (BinaryPrimitives.ReadUInt16BigEndian(draw) % PortCount);
        while (_sockets.Exists(s => s.LocalAddress.Port == port))
        {
            port = FirstPort + ((port + 1 - FirstPort) % PortCount);
        }

        socket.Handle = new SocketHandle(++_lastRequestId);
        socket.LocalAddress = new TransportAddress(_settings.LocalAddress, (ushort)port);
        _requests.Enqueue(new OpenNatSocketRequest(_lastRequestId, socket.Handle, socket.LocalAddress));
    }

    private void End()
    {
        Report = _notebook.ToReport();
        _events.Enqueue(new NatProbeFinished(Report));
        MoveTo(NatProbeState.Done);
    }

    private void MoveTo(NatProbeState next)
    {
        if (!LegalMoves[(int)State, (int)next])
        {
            throw new InvalidOperationException($"A NAT probe does not move from {State} to {next}.");
        }

        State = next;
    }
}
