using System.Diagnostics.CodeAnalysis;

namespace IceSharp.Protocol.Stun.Transactions;

/// <summary>The outstanding requests of a machine by transaction ID, with their retransmissions and timeouts.</summary>
/// <remarks>
/// Bounded. Copies and expiries come out in the order in which their transactions began, never in hash order. Starting one
/// allocates its object; request buffers are used again; retransmission allocates nothing. Not thread safe.
/// </remarks>
/// <typeparam name="TOwner">What a transaction was started for, for example a candidate pair.</typeparam>
[Experimental("ICE0001")]
public sealed class StunTransactionTable<TOwner>
{
    // Larger requests get an array of their own size; checks and TURN requests stay far below.
    private const int BufferBytes = 576;

    private readonly Dictionary<StunTransactionId, StunTransaction<TOwner>> _byId = [];
    private readonly List<StunTransaction<TOwner>> _inOrder = [];
    private readonly Queue<StunTransaction<TOwner>> _retransmissions = new();
    private readonly Queue<StunTransaction<TOwner>> _expired = new();
    private readonly Stack<byte[]> _buffers = new();

    /// <summary>Creates an empty table.</summary>
    /// <param name="capacity">Most transactions at a time, cancelled ones included; at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="capacity"/> is less than 1.</exception>
    public StunTransactionTable(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        Capacity = capacity;
    }

    /// <summary>Most transactions at a time.</summary>
    public int Capacity { get; }

    /// <summary>Transactions in the table, cancelled ones included.</summary>
    public int Count => _inOrder.Count;

    /// <summary>The earliest deadline of all; <see cref="MonotonicTime.Never"/> when there is none. Cached: asking costs nothing.</summary>
    public MonotonicTime NextDeadline { get; private set; } = MonotonicTime.Never;

    /// <summary>Begins a transaction whose first copy the caller sends now.</summary>
    /// <param name="now">The time of the first transmission.</param>
    /// <param name="owner">What it is for.</param>
    /// <param name="socket">The socket it leaves from.</param>
    /// <param name="destination">Where it goes; behind a relay, the peer's address.</param>
    /// <param name="schedule">When its copies are due.</param>
    /// <param name="request">The encoded request; copied.</param>
    /// <returns>The transaction, or null when the table is full or the ID is taken.</returns>
    public StunTransaction<TOwner>? TryStart(
        MonotonicTime now, TOwner owner, SocketHandle socket, TransportAddress destination, in RetransmissionSchedule schedule, ReadOnlySpan<byte> request)
    {
        if (Count >= Capacity)
        {
            return null;
        }

        byte[] buffer = request.Length <= BufferBytes && _buffers.TryPop(out byte[]? used) ? used : new byte[Math.Max(request.Length, BufferBytes)];
        StunTransaction<TOwner> transaction = new(now, owner, socket, destination, schedule, request, buffer);
        if (!_byId.TryAdd(transaction.Id, transaction))
        {
            Reclaim(transaction);
            return null;
        }

        _inOrder.Add(transaction);
        NextDeadline = MonotonicTime.Min(NextDeadline, transaction.NextDeadline);
        return transaction;
    }

    /// <summary>Finds the transaction that a response belongs to. The caller checks source, method and integrity, then calls <see cref="Complete"/>.</summary>
    public bool TryFind(in StunTransactionId id, [NotNullWhen(true)] out StunTransaction<TOwner>? transaction) => _byId.TryGetValue(id, out transaction);

    /// <summary>Ends a transaction: its ID is forgotten. Does nothing when it is not in the table.</summary>
    public void Complete(StunTransaction<TOwner> transaction)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        if (_byId.Remove(transaction.Id))
        {
            _inOrder.Remove(transaction);
            Reclaim(transaction);
            FindNextDeadline();
        }
    }

    /// <summary>Ends all transactions of some owners: their IDs are forgotten.</summary>
    /// <param name="match">Which owners.</param>
    public void RemoveAll(Predicate<TOwner> match)
    {
        ArgumentNullException.ThrowIfNull(match);
        for (int i = _inOrder.Count - 1; i >= 0; i--)
        {
            StunTransaction<TOwner> transaction = _inOrder[i];
            if (match(transaction.Owner))
            {
                _byId.Remove(transaction.Id);
                _inOrder.RemoveAt(i);
                Reclaim(transaction);
            }
        }

        FindNextDeadline();
    }

    /// <summary>Stops the copies of a transaction and keeps its ID until its normal end, so that a late response is recognised (RFC 8489 §6.2.1, RFC 8445 §7.3.1.4).</summary>
    public void Cancel(StunTransaction<TOwner> transaction)
    {
        ArgumentNullException.ThrowIfNull(transaction);
        transaction.Cancel();
        FindNextDeadline();
    }

    /// <summary>Stops the copies of all transactions, as <see cref="Cancel"/> does of one.</summary>
    public void CancelAll()
    {
        foreach (StunTransaction<TOwner> transaction in _inOrder)
        {
            transaction.Cancel();
        }

        FindNextDeadline();
    }

    /// <summary>Marks the copies that are due and takes expired transactions out of the table.</summary>
    public void HandleTimeout(MonotonicTime now)
    {
        if (now < NextDeadline)
        {
            return;
        }

        int kept = 0;
        for (int i = 0; i < _inOrder.Count; i++)
        {
            StunTransaction<TOwner> transaction = _inOrder[i];
            switch (transaction.HandleTimeout(now))
            {
                case StunTransactionStep.Expired:
                    _byId.Remove(transaction.Id);
                    Reclaim(transaction);
                    _expired.Enqueue(transaction);
                    continue;
                case StunTransactionStep.Retransmit:
                    _retransmissions.Enqueue(transaction);
                    break;
            }

            _inOrder[kept++] = transaction;
        }

        _inOrder.RemoveRange(kept, _inOrder.Count - kept);
        FindNextDeadline();
    }

    /// <summary>Gets the next transaction of which a copy is to be sent: its <see cref="StunTransaction.Request"/>.</summary>
    /// <returns>False when there is none.</returns>
    public bool TryTakeRetransmission([NotNullWhen(true)] out StunTransaction<TOwner>? transaction)
    {
        while (_retransmissions.TryDequeue(out transaction))
        {
            // One that was answered or cancelled meanwhile has nothing to take.
            if (transaction.TryTakeRetransmission())
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Gets the next transaction that ended without an answer; one that was cancelled before is among them.</summary>
    /// <returns>False when there is none.</returns>
    public bool TryTakeExpired([NotNullWhen(true)] out StunTransaction<TOwner>? transaction) => _expired.TryDequeue(out transaction);

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        foreach (StunTransaction<TOwner> transaction in _inOrder)
        {
            Reclaim(transaction);
        }

        _byId.Clear();
        _inOrder.Clear();
        _retransmissions.Clear();
        _expired.Clear();
        NextDeadline = MonotonicTime.Never;
    }

    private void Reclaim(StunTransaction<TOwner> transaction)
    {
        byte[] buffer = transaction.ReleaseBuffer();
        if (buffer.Length == BufferBytes)
        {
            _buffers.Push(buffer);
        }
    }

    private void FindNextDeadline()
    {
        NextDeadline = MonotonicTime.Never;
        foreach (StunTransaction<TOwner> transaction in _inOrder)
        {
            NextDeadline = MonotonicTime.Min(NextDeadline, transaction.NextDeadline);
        }
    }
}
