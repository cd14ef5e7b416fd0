using System.Diagnostics.CodeAnalysis;

namespace IceSharp.Protocol.Stun.Transactions;

/// <summary>One request on its way over UDP: its bytes, where it went, its copies and its end (RFC 8489 §6.2.1).</summary>
/// <remarks>
/// The request is encoded once, by the owner, into the buffer of its first transmission; the transaction keeps those bytes, so that
/// a retransmission is a copy of them and allocates nothing. Not thread safe.
/// </remarks>
[Experimental("ICE0001")]
public class StunTransaction
{
    private readonly RetransmissionSchedule _schedule;
    private readonly int _length;
    private byte[] _request;
    private int _nextTransmission = 1;
    private bool _retransmissionPending;

    /// <summary>Begins a transaction whose first copy is sent now.</summary>
    /// <param name="now">The time of the first transmission.</param>
    /// <param name="socket">The socket it leaves from.</param>
    /// <param name="destination">Where it goes; behind a relay, the peer's address.</param>
    /// <param name="schedule">When its copies are due.</param>
    /// <param name="request">The encoded request; copied.</param>
    /// <exception cref="ArgumentException"><paramref name="request"/> is shorter than a STUN header.</exception>
    public StunTransaction(MonotonicTime now, SocketHandle socket, TransportAddress destination, in RetransmissionSchedule schedule, ReadOnlySpan<byte> request)
        : this(now, socket, destination, schedule, request, new byte[request.Length])
    {
    }

    internal StunTransaction(
        MonotonicTime now, SocketHandle socket, TransportAddress destination, in RetransmissionSchedule schedule, ReadOnlySpan<byte> request, byte[] buffer)
    {
        if (request.Length < StunWire.HeaderBytes)
        {
            throw new ArgumentException($"A STUN request has at least {StunWire.HeaderBytes} bytes, not {request.Length}.", nameof(request));
        }

        Id = StunTransactionId.Read(request[8..]);
        Socket = socket;
        Destination = destination;
        FirstSent = now;
        _schedule = schedule;
        _request = buffer;
        _length = request.Length;
        request.CopyTo(buffer);
        NextDeadline = DeadlineAfter(_nextTransmission);
    }

    /// <summary>The transaction ID.</summary>
    public StunTransactionId Id { get; }

    /// <summary>The socket the request left from.</summary>
    public SocketHandle Socket { get; }

    /// <summary>Where the request went.</summary>
    public TransportAddress Destination { get; }

    /// <summary>When the first copy was sent.</summary>
    public MonotonicTime FirstSent { get; }

    /// <summary>Copies sent so far, the first one included.</summary>
    public int TransmissionCount { get; private set; } = 1;

    /// <summary>Whether <see cref="Cancel"/> was called: no more copies, and its end is no failure.</summary>
    public bool IsCancelled { get; private set; }

    /// <summary>When the transaction is over without an answer.</summary>
    public MonotonicTime ExpiresAt => FirstSent + _schedule.FailureOffset;

    /// <summary>When <see cref="HandleTimeout"/> has something to do.</summary>
    public MonotonicTime NextDeadline { get; private set; }

    /// <summary>The encoded request; empty when the transaction has ended and its buffer serves another one.</summary>
    public ReadOnlySpan<byte> Request => _request.AsSpan(0, Math.Min(_length, _request.Length));

    /// <summary>The round trip time when a response arrives now; null after a retransmission, because it cannot be known which copy was answered (Karn, RFC 8489 §6.2.1).</summary>
    public TimeSpan? RoundTripAt(MonotonicTime now) => TransmissionCount == 1 ? now - FirstSent : null;

    /// <summary>Does what is due. A late call makes one copy due, not one for each that was missed.</summary>
    public StunTransactionStep HandleTimeout(MonotonicTime now)
    {
        if (now < NextDeadline)
        {
            return StunTransactionStep.None;
        }

        if (now >= ExpiresAt)
        {
            _retransmissionPending = false;
            NextDeadline = MonotonicTime.Never;
            return StunTransactionStep.Expired;
        }

        while (_nextTransmission < _schedule.MaxTransmissions && FirstSent + _schedule.TransmissionOffset(_nextTransmission) <= now)
        {
            _nextTransmission++;
        }

        bool already = _retransmissionPending;
        _retransmissionPending = true;
        NextDeadline = DeadlineAfter(_nextTransmission);
        return already ? StunTransactionStep.None : StunTransactionStep.Retransmit;
    }

    /// <summary>Takes the copy that <see cref="HandleTimeout"/> made due: the caller sends <see cref="Request"/>, wrapped if need be.</summary>
    /// <returns>False when none is due (any more).</returns>
    public bool TryTakeRetransmission()
    {
        if (!_retransmissionPending)
        {
            return false;
        }

        _retransmissionPending = false;
        TransmissionCount++;
        return true;
    }

    /// <summary>Stops retransmission; the ID stays known until <see cref="ExpiresAt"/>, so that a late response is recognised.</summary>
    public void Cancel()
    {
        IsCancelled = true;
        _retransmissionPending = false;
        if (!NextDeadline.IsNever)
        {
            NextDeadline = ExpiresAt;
        }
    }

    /// <summary>"0102…0c to 192.0.2.1:3478", for traces.</summary>
    public override string ToString() => $"{Id} to {Destination}";

    internal byte[] ReleaseBuffer()
    {
        byte[] buffer = _request;
        _request = [];
        _retransmissionPending = false;
        NextDeadline = MonotonicTime.Never;
        return buffer;
    }

    private MonotonicTime DeadlineAfter(int transmission) =>
        transmission < _schedule.MaxTransmissions ? FirstSent + _schedule.TransmissionOffset(transmission) : ExpiresAt;
}
