using IceSharp.Internal.Driver;
using IceSharp.Internal.Network;
using IceSharp.Protocol;

namespace IceSharp.Internal.Endpoints;

/// <summary>A socket on a loop, under the name that its owner's machine gave it.</summary>
internal sealed class Endpoint(Loop loop, LoopMember owner, SocketHandle handle, IIceUdpSocket socket)
{
    // One read a turn while the loop keeps up, where each read is a call: an empty one would cost a tenth of the packet. Behind that, in bursts.
    private const int BurstReads = 64;

    private int _announced;
    private bool _closed;

    public SocketHandle Handle => handle;

    public IIceUdpSocket Socket => socket;

    /// <summary>Name in the loop's poller; 0 for sockets that announce datagrams themselves.</summary>
    public long Token { get; set; }

    private bool MayHaveMore => socket is not SystemUdpSocket system || system.MayHaveMore;

    /// <summary>Reads what the kernel says is there and hands it to the owner.</summary>
    /// <param name="now">The time of the turn.</param>
    /// <param name="batch">The loop's room for sockets that fill many slots in one call.</param>
    /// <param name="backlogged">Whether datagrams arrive faster than the loop turns.</param>
    public void Read(MonotonicTime now, DatagramBatch batch, bool backlogged)
    {
        if (socket is NativeUdpSocket native)
        {
            ReadBatch(native, now, batch);
            return;
        }

        int reads = backlogged ? BurstReads : 1;
        while (ReadOne(now) && --reads > 0 && MayHaveMore)
        {
        }
    }

    /// <summary>Called by sockets that announce datagrams themselves, on any thread.</summary>
    public void Announce()
    {
        if (Interlocked.Exchange(ref _announced, 1) == 0)
        {
            loop.Post(owner, ReadAnnounced);
        }
    }

    public void Close()
    {
        _closed = true;
        socket.NotifyReadable(null);
        socket.Dispose();
    }

    private void ReadAnnounced()
    {
        Volatile.Write(ref _announced, 0);
        MonotonicTime now = loop.Now;
        for (int reads = 0; reads < BurstReads; reads++)
        {
            if (!ReadOne(now))
            {
                return;
            }
        }

        // More may wait; others come first.
        Announce();
    }

    // A full batch leaves the rest for the next turn: other sockets and timers come in between.
    private void ReadBatch(NativeUdpSocket native, MonotonicTime now, DatagramBatch batch)
    {
        int count = _closed ? 0 : native.Receive(batch);
        for (int i = 0; i < count && !_closed; i++)
        {
            ReadOnlySpan<byte> datagram = batch.Get(i, out TransportAddress source);
            Loop.Deliver(owner, this, now, source, datagram);
        }
    }

    private bool ReadOne(MonotonicTime now)
    {
        if (_closed || !socket.TryReceive(loop.ReceiveBuffer, out int length, out TransportAddress source))
        {
            return false;
        }

        Loop.Deliver(owner, this, now, source, loop.ReceiveBuffer[..length]);
        return true;
    }
}
