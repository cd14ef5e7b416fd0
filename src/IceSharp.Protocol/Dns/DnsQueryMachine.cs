using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace IceSharp.Protocol.Dns;

/// <summary>Asks name servers one question: over UDP one after the other with repetitions, over TCP where the answer did not fit.</summary>
/// <remarks>
/// After each batch of inputs poll <see cref="TryGetTransmit"/> and <see cref="TryGetHostRequest"/> until they return false, then read
/// <see cref="State"/> and <see cref="NextTimeout"/>. A response counts only from the server and to the socket of its query, with the
/// query's ID and question (RFC 5452 §9.1). Not thread safe.
/// </remarks>
[Experimental("ICE0001")]
public sealed class DnsQueryMachine
{
    private readonly DnsQuerySettings _settings;
    private readonly IRandomSource _random;
    private readonly DnsServerTurn[] _turns;
    private readonly Queue<DnsHostRequest> _requests = new();
    private MonotonicTime _overallDeadline = MonotonicTime.Never;
    private MonotonicTime _turnDeadline = MonotonicTime.Never;
    private DnsQueryFailure _worst;
    private int _asked;
    private int _lastRequestId;

    /// <summary>Creates a machine that has nothing to do yet.</summary>
    /// <param name="question">What to ask.</param>
    /// <param name="servers">Whom to ask, the preferred first; may be empty.</param>
    /// <param name="settings">Settings.</param>
    /// <param name="random">Source of query IDs; one that can be predicted lets answers be forged.</param>
    /// <exception cref="ArgumentException">A server has no address or port, or a setting lies outside its range.</exception>
    public DnsQueryMachine(DnsQuestion question, IReadOnlyList<TransportAddress> servers, DnsQuerySettings settings, IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(question);
        ArgumentNullException.ThrowIfNull(servers);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(random);
        settings.Validate();
        Question = question;
        _settings = settings;
        _random = random;
        _turns = new DnsServerTurn[Math.Min(servers.Count, settings.MaxServers)];
        for (int i = 0; i < _turns.Length; i++)
        {
            if (servers[i].Family == IpFamily.None || servers[i].Port == 0)
            {
                throw new ArgumentException($"'{servers[i]}' is no address to send to.", nameof(servers));
            }

            _turns[i] = new DnsServerTurn(servers[i], new SocketHandle(i + 1));
        }
    }

    /// <summary>The question.</summary>
    public DnsQuestion Question { get; }

    /// <summary>How far asking has come.</summary>
    public DnsQueryState State { get; private set; }

    /// <summary>The answer; without records until <see cref="State"/> is <see cref="DnsQueryState.Answered"/>, and perhaps then.</summary>
    public DnsAnswer Answer { get; private set; } = new();

    /// <summary>Why there is no answer.</summary>
    public DnsQueryFailure Failure { get; private set; }

    /// <summary>When and why <see cref="HandleTimeout"/> wants to be called.</summary>
    public Deadline NextTimeout =>
        State == DnsQueryState.Asking ? new Deadline(MonotonicTime.Min(_overallDeadline, _turnDeadline), TimerReason.NameServer) : Deadline.Never;

    /// <summary>Begins to ask. Does nothing when called again.</summary>
    /// <param name="now">The current time.</param>
    public void Start(MonotonicTime now)
    {
        if (State != DnsQueryState.Idle)
        {
            return;
        }

        _overallDeadline = now + _settings.OverallTimeout;
        MoveTo(DnsQueryState.Asking);
        if (_turns.Length == 0)
        {
            Fail(DnsQueryFailure.NoServer);
            return;
        }

        AskNext(now);
    }

    /// <summary>Takes a received datagram.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="path">Where it came from and in.</param>
    /// <param name="datagram">Its bytes; not kept.</param>
    public DatagramVerdict HandleDatagram(MonotonicTime now, in TransportPath path, ReadOnlySpan<byte> datagram)
    {
        if (State != DnsQueryState.Asking)
        {
            return DatagramVerdict.Dropped(DropReason.Closed);
        }

        int index = path.Socket.Id - 1;
        if (index < 0 || index >= _turns.Length)
        {
            return DatagramVerdict.Dropped(DropReason.UnknownSocket);
        }

        DnsServerTurn turn = _turns[index];
        if (path.Remote != turn.Server)
        {
            return DatagramVerdict.Dropped(DropReason.UnexpectedSource);
        }

        if (turn.State != DnsServerTurnState.Asked)
        {
            return DatagramVerdict.Dropped(DropReason.UnmatchedResponse);
        }

        switch (DnsMessage.ReadResponse(datagram, turn.QueryId, Question, out DnsResponse? response))
        {
            case DnsParseStatus.Ok:
                HandleResponse(now, turn, response!);
                return DatagramVerdict.Consumed;
            case DnsParseStatus.Malformed:
                GiveUp(now, turn);
                return DatagramVerdict.Dropped(DropReason.MalformedDns);
            default:
                // Perhaps a forgery that hit the port: the true one may follow.
                return DatagramVerdict.Dropped(DropReason.UnmatchedResponse);
        }
    }

    /// <summary>Takes the network's word that nobody listens at a server (ICMP): the next one is asked at once.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="socket">The socket that the packet had left from.</param>
    public void HandleUnreachable(MonotonicTime now, SocketHandle socket)
    {
        int index = socket.Id - 1;
        if (State == DnsQueryState.Asking && index >= 0 && index < _turns.Length && _turns[index].State == DnsServerTurnState.Asked)
        {
            GiveUp(now, _turns[index], DnsQueryFailure.Unreachable);
        }
    }

    /// <summary>Takes the host's answer to a request; one that nobody waits for has no effect.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="answer">The answer.</param>
    public void HandleHostAnswer(MonotonicTime now, DnsHostAnswer answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        if (State != DnsQueryState.Asking || answer.RequestId == 0 || Array.Find(_turns, t => t.RequestId == answer.RequestId) is not { } turn)
        {
            return;
        }

        turn.RequestId = 0;
        switch (answer)
        {
            case DnsSocketOpened when turn.State == DnsServerTurnState.Opening:
                turn.State = DnsServerTurnState.Asked;
                turn.TransmitPending = true;
                break;
            case DnsStreamAnswered streamed when turn.State == DnsServerTurnState.Streaming:
                HandleStreamed(now, turn, streamed.Response.Span);
                break;
            default:
                GiveUp(now, turn, DnsQueryFailure.Unreachable);
                break;
        }
    }

    /// <summary>Does all work that is due; early or repeated calls do nothing.</summary>
    /// <param name="now">The current time.</param>
    public void HandleTimeout(MonotonicTime now)
    {
        if (State != DnsQueryState.Asking)
        {
            return;
        }

        if (now >= _overallDeadline)
        {
            Fail(DnsQueryFailure.Timeout);
        }
        else if (now >= _turnDeadline)
        {
            AskNext(now);
        }
    }

    /// <summary>Gets the next datagram to send.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="buffer">Where its bytes go; at least <see cref="DnsMessage.MaxQueryBytes"/>.</param>
    /// <param name="transmit">Where to send them.</param>
    /// <returns>False when there is none.</returns>
    /// <exception cref="ArgumentException"><paramref name="buffer"/> is too short.</exception>
    public bool TryGetTransmit(MonotonicTime now, Span<byte> buffer, out Transmit transmit)
    {
        transmit = default;
        if (State != DnsQueryState.Asking || Array.Find(_turns, t => t.TransmitPending) is not { } turn)
        {
            return false;
        }

        int length = DnsMessage.WriteQuery(buffer, turn.QueryId, Question, turn.Edns);
        turn.TransmitPending = false;
        transmit = new Transmit(turn.Socket, turn.Server, length);
        return true;
    }

    /// <summary>Gets the next thing that the host has to do.</summary>
    /// <param name="request">The request.</param>
    /// <returns>False when there is none.</returns>
    public bool TryGetHostRequest([NotNullWhen(true)] out DnsHostRequest? request) => _requests.TryDequeue(out request);

    /// <summary>"DNS _stun._udp.example.org Srv: Asking".</summary>
    public override string ToString() => $"DNS {Question}: {State}";

    private void HandleResponse(MonotonicTime now, DnsServerTurn turn, DnsResponse response)
    {
        if (response.IsTruncated)
        {
            AskOverTcp(now, turn);
        }
        else if (response.Code is DnsResponseCode.NoError or DnsResponseCode.NameError)
        {
            Answer = response.Answer;
            Finish(DnsQueryState.Answered);
        }
        else if (response.Code is DnsResponseCode.FormatError or DnsResponseCode.NotImplemented && turn is { Edns: true, State: DnsServerTurnState.Asked })
        {
            // RFC 6891 §7: a server from before EDNS.
            turn.Edns = false;
            turn.QueryId = DrawId();
            turn.TransmitPending = true;
        }
        else
        {
            GiveUp(now, turn);
        }
    }

    private void HandleStreamed(MonotonicTime now, DnsServerTurn turn, ReadOnlySpan<byte> message)
    {
        if (DnsMessage.ReadResponse(message, turn.QueryId, Question, out DnsResponse? response) == DnsParseStatus.Ok && !response!.IsTruncated)
        {
            HandleResponse(now, turn, response);
        }
        else
        {
            GiveUp(now, turn);
        }
    }

    private void AskNext(MonotonicTime now)
    {
        while (_asked < _turns.Length * _settings.Rounds)
        {
            int round = _asked / _turns.Length;
            DnsServerTurn turn = _turns[_asked++ % _turns.Length];
            if (turn.State is DnsServerTurnState.Useless or DnsServerTurnState.Streaming)
            {
                continue;
            }

            _turnDeadline = now + (_settings.ServerTimeout * (1 << round));
            Ask(turn);
            return;
        }

        // What may still answer has until the end: an exchange over TCP that outlived its turn.
        if (Array.Exists(_turns, t => t.State == DnsServerTurnState.Streaming))
        {
            _turnDeadline = MonotonicTime.Never;
            return;
        }

        bool silent = Array.Exists(_turns, t => t.State != DnsServerTurnState.Useless);
        Fail(silent ? DnsQueryFailure.Timeout : _worst);
    }

    private void Ask(DnsServerTurn turn)
    {
        if (turn.State == DnsServerTurnState.Fresh)
        {
            turn.State = DnsServerTurnState.Opening;
            turn.QueryId = DrawId();
            turn.RequestId = ++_lastRequestId;
            _requests.Enqueue(new OpenDnsSocketRequest(turn.RequestId, turn.Server, turn.Socket));
        }
        else if (turn.State == DnsServerTurnState.Asked)
        {
            turn.TransmitPending = true;
        }
    }

    private void AskOverTcp(MonotonicTime now, DnsServerTurn turn)
    {
        turn.State = DnsServerTurnState.Streaming;
        turn.TransmitPending = false;
        turn.QueryId = DrawId();
        turn.RequestId = ++_lastRequestId;
        byte[] query = new byte[DnsMessage.MaxQueryBytes];
        int length = DnsMessage.WriteQuery(query, turn.QueryId, Question, turn.Edns);
        _requests.Enqueue(new ExchangeDnsStreamRequest(turn.RequestId, turn.Server, query.AsMemory(0, length)));
        _turnDeadline = now + _settings.StreamTimeout;
    }

    // The most telling failure stays: an answer that was none says more than silence.
    private void GiveUp(MonotonicTime now, DnsServerTurn turn, DnsQueryFailure failure = DnsQueryFailure.ServerFailure)
    {
        turn.State = DnsServerTurnState.Useless;
        turn.TransmitPending = false;
        _worst = failure > _worst ? failure : _worst;
        if (IsNewest(turn) || Array.TrueForAll(_turns, t => t.State == DnsServerTurnState.Useless))
        {
            AskNext(now);
        }
    }

    // Another server's turn is running already when an older one fails.
    private bool IsNewest(DnsServerTurn turn) => _turns[(_asked - 1) % _turns.Length] == turn;

    private ushort DrawId()
    {
        Span<byte> bytes = stackalloc byte[sizeof(ushort)];
        _random.Fill(bytes);
        return BinaryPrimitives.ReadUInt16BigEndian(bytes);
    }

    private void Fail(DnsQueryFailure failure)
    {
        Failure = failure;
        Finish(DnsQueryState.Failed);
    }

    private void Finish(DnsQueryState end)
    {
        _requests.Clear();
        MoveTo(end);
    }

    private void MoveTo(DnsQueryState next)
    {
        if ((State, next) is not ((DnsQueryState.Idle, DnsQueryState.Asking) or (DnsQueryState.Asking, DnsQueryState.Answered or DnsQueryState.Failed)))
        {
            throw new InvalidOperationException($"A DNS query does not move from {State} to {next}.");
        }

        State = next;
    }
}
