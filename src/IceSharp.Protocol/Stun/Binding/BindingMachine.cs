using System.Diagnostics.CodeAnalysis;
using IceSharp.Protocol.Stun.Transactions;

namespace IceSharp.Protocol.Stun.Binding;

/// <summary>Asks one STUN server from one socket for the address it sees: gathering of a server-reflexive candidate, and keeping its NAT binding alive.</summary>
/// <remarks>
/// After each batch of inputs poll <see cref="TryGetTransmit"/> until it returns false, then read <see cref="State"/> and <see cref="NextTimeout"/>.
/// Requests carry no authentication and ALTERNATE-SERVER is not followed (RFC 8445 §5.1.1.2). The caller paces: a new transaction starts
/// only with <see cref="Start"/>. Not thread safe.
/// </remarks>
[Experimental("ICE0001")]
public sealed class BindingMachine
{
    /// <summary>Size of a buffer that every request of this machine fits into.</summary>
    public const int MaxRequestBytes = StunWire.HeaderBytes + StunWire.AttributeHeaderBytes + StunWire.MaxTextBytes + 1;

    // Row: from; column: to.
    private static readonly bool[,] LegalMoves =
    {
        // Idle, Waiting, Succeeded, Failed
        { false, true, false, false },
        { false, false, true, true },
        { false, true, false, false },
        { false, true, false, false },
    };

    private readonly BindingSettings _settings;
    private readonly IRandomSource _random;
    private readonly RetransmissionSchedule _schedule;
    private StunTransaction? _transaction;
    private bool _firstTransmissionPending;

    /// <summary>Creates a machine that has nothing to do yet.</summary>
    /// <param name="settings">Settings.</param>
    /// <param name="server">The server's address.</param>
    /// <param name="socket">The socket that requests leave from and responses arrive on.</param>
    /// <param name="random">Source of transaction IDs.</param>
    /// <exception cref="ArgumentException">SOFTWARE is longer than 127 characters, <paramref name="server"/> has no address, or <paramref name="socket"/> is none.</exception>
    public BindingMachine(BindingSettings settings, TransportAddress server, SocketHandle socket, IRandomSource random)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(random);
        StunTextLimits.CountBytes(StunAttributeType.Software, settings.Software, nameof(settings));
        if (server.Family == IpFamily.None || server.Port == 0)
        {
            throw new ArgumentException($"'{server}' is no address to send to.", nameof(server));
        }

        if (socket.IsNone)
        {
            throw new ArgumentException("The handle names no socket.", nameof(socket));
        }

        _settings = settings;
        _random = random;
        _schedule = new RetransmissionSchedule(settings.Retransmission);
        Server = server;
        Socket = socket;
    }

    /// <summary>The server.</summary>
    public TransportAddress Server { get; }

    /// <summary>The socket.</summary>
    public SocketHandle Socket { get; }

    /// <summary>How far the latest transaction has come.</summary>
    public BindingState State { get; private set; }

    /// <summary>The address that the server saw last; null before the first success. A failed or unfinished later transaction leaves it.</summary>
    public TransportAddress? MappedAddress { get; private set; }

    /// <summary>Why the latest transaction failed.</summary>
    public BindingFailure Failure { get; private set; }

    /// <summary>The error code of the latest transaction, 300 to 699; 0 when there was none.</summary>
    public int ErrorCode { get; private set; }

    /// <summary>The server's words for <see cref="ErrorCode"/>, made safe for logs; null when there were none.</summary>
    public string? ReasonPhrase { get; private set; }

    /// <summary>Round trip time of the latest success; null when it cannot be told because the request was repeated.</summary>
    public TimeSpan? RoundTripTime { get; private set; }

    /// <summary>When and why <see cref="HandleTimeout"/> wants to be called.</summary>
    public Deadline NextTimeout =>
        _transaction is null ? Deadline.Never : Deadline.Min(Deadline.Never, new Deadline(_transaction.NextDeadline, TimerReason.Transaction));

    /// <summary>Asks the server, for the first time or again: the next <see cref="TryGetTransmit"/> sends a new transaction's first request. Does nothing while one is under way.</summary>
    /// <remarks>Call it when pacing allows a new transaction, and again each Tr to keep the NAT binding (RFC 8445 §5.1.1.4).</remarks>
    /// <param name="now">The current time.</param>
    public void Start(MonotonicTime now)
    {
        if (State == BindingState.Waiting)
        {
            return;
        }

        Failure = BindingFailure.None;
        ErrorCode = 0;
        ReasonPhrase = null;
        RoundTripTime = null;
        _firstTransmissionPending = true;
        MoveTo(BindingState.Waiting);
    }

    /// <summary>Whether a response with this ID belongs to this machine.</summary>
    public bool Owns(in StunTransactionId id) => _transaction is { } transaction && transaction.Id == id;

    /// <summary>Takes a received datagram.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="path">Where it came from and in.</param>
    /// <param name="datagram">Its bytes; not kept.</param>
    public DatagramVerdict HandleDatagram(MonotonicTime now, in TransportPath path, ReadOnlySpan<byte> datagram) =>
        StunReader.TryParse(datagram, out StunReader message) == StunParseStatus.Ok
            ? HandleMessage(now, path, message)
            : DatagramVerdict.Dropped(DropReason.MalformedStun);

    /// <summary>Takes a received STUN message.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="path">Where it came from and in.</param>
    /// <param name="message">The message; not kept.</param>
    public DatagramVerdict HandleMessage(MonotonicTime now, in TransportPath path, in StunReader message)
    {
        DropReason reason = Examine(path, message);
        if (reason != DropReason.None)
        {
            return DatagramVerdict.Dropped(reason);
        }

        TimeSpan? roundTrip = _transaction!.RoundTripAt(now);
        _transaction = null;
        if (StunComprehension.HasUnknown(message, _settings.AcceptRfc3489Servers))
        {
            Fail(BindingFailure.UnknownAttribute);
        }
        else if (message.Class == StunClass.ErrorResponse)
        {
            HandleError(message);
        }
        else if (TryReadMappedAddress(message, out TransportAddress mapped))
        {
            MappedAddress = mapped;
            RoundTripTime = roundTrip;
            MoveTo(BindingState.Succeeded);
        }
        else
        {
            Fail(BindingFailure.MalformedResponse);
        }

        return DatagramVerdict.Consumed;
    }

    /// <summary>Does all work that is due; early or repeated calls do nothing.</summary>
    public void HandleTimeout(MonotonicTime now)
    {
        if (_transaction?.HandleTimeout(now) == StunTransactionStep.Expired)
        {
            Fail(BindingFailure.Timeout);
        }
    }

    /// <summary>Takes the network's word that nobody listens there (ICMP port or protocol unreachable): the transaction fails at once (RFC 8489 §6.2.1).</summary>
    /// <param name="now">The current time.</param>
    /// <param name="destination">Where the packet had gone.</param>
    public void HandleUnreachable(MonotonicTime now, TransportAddress destination)
    {
        if (_transaction is not null && destination == Server)
        {
            Fail(BindingFailure.Unreachable);
        }
    }

    /// <summary>Gets the next datagram to send.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="buffer">Where its bytes go; at least <see cref="MaxRequestBytes"/>.</param>
    /// <param name="transmit">Where to send them.</param>
    /// <returns>False when there is none.</returns>
    /// <exception cref="ArgumentException"><paramref name="buffer"/> is too short.</exception>
    public bool TryGetTransmit(MonotonicTime now, Span<byte> buffer, out Transmit transmit)
    {
        transmit = default;
        int length;
        if (_firstTransmissionPending)
        {
            length = WriteRequest(buffer);
            _transaction = new StunTransaction(now, Socket, Server, _schedule, buffer[..length]);
            _firstTransmissionPending = false;
        }
        else if (_transaction?.TryTakeRetransmission() == true)
        {
            length = _transaction.Request.Length;
            _transaction.Request.CopyTo(buffer);
        }
        else
        {
            return false;
        }

        transmit = new Transmit(Socket, Server, length);
        return true;
    }

    /// <summary>"Binding 192.0.2.1:3478: Waiting".</summary>
    public override string ToString() => $"Binding {Server}: {State}";

    private DropReason Examine(in TransportPath path, in StunReader message)
    {
        if (message.Method != StunMethod.Binding || message.Class is not (StunClass.SuccessResponse or StunClass.ErrorResponse))
        {
            return DropReason.UnexpectedMessage;
        }

        if (!Owns(message.TransactionId))
        {
            return DropReason.UnmatchedResponse;
        }

        if (path.Socket != Socket || path.Remote != Server)
        {
            return DropReason.UnexpectedSource;
        }

        // Not demanded here, but where one is, it has to be right.
        return message.HasFingerprint && message.VerifyFingerprint() != StunFingerprintStatus.Ok ? DropReason.Fingerprint : DropReason.None;
    }

    private bool TryReadMappedAddress(in StunReader message, out TransportAddress mapped)
    {
        bool found = message.GetXorAddress(StunAttributeType.XorMappedAddress, out mapped) == StunAttributeStatus.Ok
            || (_settings.AcceptRfc3489Servers && message.GetAddress(StunAttributeType.MappedAddress, out mapped) == StunAttributeStatus.Ok);
        mapped = mapped with { Address = mapped.Address.Unmap() };
        return found && mapped.Port != 0 && !mapped.Address.IsUnspecified && !mapped.Address.IsMulticast;
    }

    private void HandleError(in StunReader message)
    {
        if (message.GetErrorCode(out int code, out ReadOnlySpan<byte> reason) != StunAttributeStatus.Ok)
        {
            Fail(BindingFailure.MalformedResponse);
            return;
        }

        ErrorCode = code;
        ReasonPhrase = StunText.Sanitize(reason);
        Fail(BindingFailure.ErrorResponse);
    }

    private int WriteRequest(Span<byte> buffer)
    {
        StunWriter writer = new(buffer, StunMethod.Binding, StunClass.Request, StunTransactionId.Create(_random));
        if (_settings.Software is { } software)
        {
            writer.AddText(StunAttributeType.Software, software);
        }

        return writer.Length;
    }

    private void Fail(BindingFailure failure)
    {
        _transaction = null;
        Failure = failure;
        MoveTo(BindingState.Failed);
    }

    private void MoveTo(BindingState next)
    {
        if (!LegalMoves[(int)State, (int)next])
        {
            throw new InvalidOperationException($"A Binding machine does not move from {State} to {next}.");
        }

        State = next;
    }
}
