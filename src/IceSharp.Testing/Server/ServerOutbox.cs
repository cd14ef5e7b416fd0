using System.Buffers;
using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>Datagrams that wait to be sent, in order, bounded, in pooled buffers.</summary>
internal sealed class ServerOutbox
{
    private const int Capacity = 4096;
    private readonly Queue<(Transmit Transmit, byte[] Buffer)> _waiting = new();

    /// <summary>Room for a datagram; goes out with <see cref="Commit"/> or back with <see cref="Discard"/>.</summary>
    public static byte[] Rent(int length) => ArrayPool<byte>.Shared.Rent(length);

    public static void Discard(byte[] buffer) => ArrayPool<byte>.Shared.Return(buffer);

    /// <summary>Queues a rented buffer; false, and the buffer is gone, when the host has not fetched for too long.</summary>
    public bool Commit(SocketHandle socket, TransportAddress destination, byte[] buffer, int length)
    {
        if (_waiting.Count >= Capacity)
        {
            Discard(buffer);
            return false;
        }

        _waiting.Enqueue((new Transmit(socket, destination, length), buffer));
        return true;
    }

    public bool Send(SocketHandle socket, TransportAddress destination, ReadOnlySpan<byte> datagram)
    {
        byte[] buffer = Rent(datagram.Length);
        datagram.CopyTo(buffer);
        return Commit(socket, destination, buffer, datagram.Length);
    }

    public bool TryTake(Span<byte> destination, out Transmit transmit)
    {
        if (!_waiting.TryPeek(out (Transmit Transmit, byte[] Buffer) next))
        {
            transmit = default;
            return false;
        }

        transmit = next.Transmit;
        if (destination.Length < transmit.Length)
        {
            throw new ArgumentException($"The next datagram has {transmit.Length} bytes, the buffer {destination.Length}.", nameof(destination));
        }

        next.Buffer.AsSpan(0, transmit.Length).CopyTo(destination);
        Discard(next.Buffer);
        _waiting.Dequeue();
        return true;
    }
}
