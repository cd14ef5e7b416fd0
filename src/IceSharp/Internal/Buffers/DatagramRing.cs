using System.Buffers;
using IceSharp.Protocol;

namespace IceSharp.Internal.Buffers;

/// <summary>A bounded ring of datagrams whose slots keep their buffers: in the steady state nothing is allocated. Not thread safe.</summary>
internal sealed class DatagramRing(int capacity)
{
    // Covers what fits a path MTU; larger datagrams borrow from the pool and give back.
    private const int KeptBytes = 2048;

    private readonly Slot[] _slots = new Slot[capacity];
    private int _head;

    public int Count { get; private set; }

    /// <summary>Puts a datagram in; the oldest gives way when the ring is full.</summary>
    /// <returns>Whether one had to give way.</returns>
    public bool Put(ReadOnlySpan<byte> datagram, TransportAddress source)
    {
        bool full = Count == _slots.Length;
        if (full)
        {
            Drop();
        }

        ref Slot slot = ref _slots[(_head + Count) % _slots.Length];
        if (datagram.Length <= KeptBytes)
        {
            slot.Kept ??= GC.AllocateUninitializedArray<byte>(KeptBytes);
        }
        else
        {
            slot.Borrowed = ArrayPool<byte>.Shared.Rent(datagram.Length);
        }

        datagram.CopyTo(slot.Borrowed ?? slot.Kept);
        slot.Length = datagram.Length;
        slot.Source = source;
        Count++;
        return full;
    }

    /// <summary>The oldest datagram; valid until the next call.</summary>
    public ReadOnlySpan<byte> Peek(out TransportAddress source)
    {
        ref Slot slot = ref _slots[_head];
        source = slot.Source;
        return (slot.Borrowed ?? slot.Kept).AsSpan(0, slot.Length);
    }

    /// <summary>Takes the oldest datagram off.</summary>
    public void Drop()
    {
        ref Slot slot = ref _slots[_head];
        if (slot.Borrowed is { } borrowed)
        {
            slot.Borrowed = null;
            ArrayPool<byte>.Shared.Return(borrowed);
        }

        _head = (_head + 1) % _slots.Length;
        Count--;
    }

    /// <summary>Gives every buffer back.</summary>
    public void Clear()
    {
        while (Count > 0)
        {
            Drop();
        }

        Array.Clear(_slots);
    }

    private struct Slot
    {
        public byte[]? Kept;
        public byte[]? Borrowed;
        public int Length;
        public TransportAddress Source;
    }
}
