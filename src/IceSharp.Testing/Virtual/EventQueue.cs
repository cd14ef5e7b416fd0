using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>What is to happen, ordered by time and, at one time, by when it was scheduled.</summary>
internal sealed class EventQueue
{
    private readonly PriorityQueue<Action, Key> _events = new();
    private long _sequence;

    public bool IsEmpty => _events.Count == 0;

    public MonotonicTime NextAt => _events.TryPeek(out _, out Key key) ? key.At : MonotonicTime.Never;

    public void Add(MonotonicTime at, Action action) => _events.Enqueue(action, new Key(at, _sequence++));

    public Action Take() => _events.Dequeue();

    private readonly record struct Key(MonotonicTime At, long Sequence) : IComparable<Key>
    {
        public int CompareTo(Key other)
        {
            int byTime = At.CompareTo(other.At);
            return byTime != 0 ? byTime : Sequence.CompareTo(other.Sequence);
        }
    }
}
