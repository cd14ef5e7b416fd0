using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>One side of a virtual stream's reliability: numbers what goes out and repeats it until it is acknowledged, puts what comes in into order.</summary>
/// <remarks>A model of TCP, not an implementation: no windows and no congestion control, but loss costs time and silence ends it.</remarks>
internal sealed class ReliableSequence : IDisposable
{
    private const int MaxRepeats = 7;

    private static readonly TimeSpan FirstTimeout = TimeSpan.FromSeconds(1), MinTimeout = TimeSpan.FromMilliseconds(200);

    private readonly VirtualNetwork _network;
    private readonly Action<StreamPacket, byte[]> _transmit;
    private readonly Action _giveUp;
    private readonly VirtualTimer _timer;
    private readonly Queue<(StreamPacket Packet, byte[] Bytes)> _unacknowledged = new();
    private readonly SortedDictionary<long, (StreamPacket Packet, byte[] Bytes)> _early = [];
    private long _nextSequence;
    private long _recoverUpTo;
    private int _repeats;
    private TimeSpan _timeout = FirstTimeout;
    private MonotonicTime _firstSentAt = MonotonicTime.Never;

    /// <param name="network">The clock.</param>
    /// <param name="transmit">Puts a packet on the wire.</param>
    /// <param name="giveUp">Called when repeats are used up.</param>
    public ReliableSequence(VirtualNetwork network, Action<StreamPacket, byte[]> transmit, Action giveUp)
    {
        _network = network;
        _transmit = transmit;
        _giveUp = giveUp;
        _timer = new VirtualTimer(network, Repeat);
    }

    /// <summary>The next number that is awaited from the other side: what a packet acknowledges.</summary>
    public long Awaited { get; private set; }

    /// <summary>Whether the other side has our first packet.</summary>
    public bool IsFirstAcknowledged { get; private set; }

    /// <summary>Whether nothing waits for an acknowledgement.</summary>
    public bool IsSettled => _unacknowledged.Count == 0;

    public void Send(StreamPacketKind kind, byte[] bytes, bool isEncrypted = false, VirtualCertificate? certificate = null)
    {
        StreamPacket packet = new(kind, _nextSequence++, Awaited, isEncrypted, certificate);
        _firstSentAt = MonotonicTime.Min(_firstSentAt, _network.Now);
        _unacknowledged.Enqueue((packet, bytes));
        if (_unacknowledged.Count == 1)
        {
            Restart();
        }

        _transmit(packet, bytes);
    }

    public void TakeAcknowledgement(long acknowledged)
    {
        bool moved = false;
        while (_unacknowledged.TryPeek(out (StreamPacket Packet, byte[] Bytes) first) && first.Packet.Sequence < acknowledged)
        {
            _unacknowledged.Dequeue();
            moved = true;
        }

        if (!moved)
        {
            return;
        }

        if (!IsFirstAcknowledged)
        {
            IsFirstAcknowledged = true;
            _timeout = _repeats > 0 ? FirstTimeout : TimeSpan.FromTicks(Math.Max(MinTimeout.Ticks, 2 * (_network.Now - _firstSentAt).Ticks));
        }

        _repeats = 0;
        Restart();

        // What was lost together is repeated one a round trip, not one a timeout.
        if (_unacknowledged.TryPeek(out (StreamPacket Packet, byte[] Bytes) next) && next.Packet.Sequence < _recoverUpTo)
        {
            _transmit(next.Packet with { Acknowledged = Awaited }, next.Bytes);
        }
    }

    /// <summary>Takes a numbered packet; false for a repeated one.</summary>
    public bool TryAccept(StreamPacket packet, byte[] bytes) => packet.Sequence >= Awaited && _early.TryAdd(packet.Sequence, (packet, bytes));

    /// <summary>Takes the next packet in order, when it is there.</summary>
    public bool TryTakeNext(out StreamPacket? packet, out byte[] bytes)
    {
        bool there = _early.Remove(Awaited, out (StreamPacket Packet, byte[] Bytes) next);
        (packet, bytes) = next;
        Awaited += there ? 1 : 0;
        return there;
    }

    public void Dispose()
    {
        _unacknowledged.Clear();
        _timer.Set(MonotonicTime.Never);
    }

    private void Restart() =>
        _timer.Set(_unacknowledged.Count == 0 ? MonotonicTime.Never : _network.Now + (_timeout * (1 << _repeats)));

    private void Repeat()
    {
        if (!_unacknowledged.TryPeek(out (StreamPacket Packet, byte[] Bytes) first))
        {
            return;
        }

        if (++_repeats > MaxRepeats)
        {
            _giveUp();
            return;
        }

        _recoverUpTo = _nextSequence;
        Restart();
        _transmit(first.Packet with { Acknowledged = Awaited }, first.Bytes);
    }
}
