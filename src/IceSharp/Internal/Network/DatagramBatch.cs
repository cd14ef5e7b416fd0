using System.Runtime.InteropServices;
using IceSharp.Protocol;

namespace IceSharp.Internal.Network;

/// <summary>Room for the datagrams that one <c>recvmmsg</c> takes from a socket; a loop has one for all its sockets. They stand until the next call.</summary>
/// <remarks>Each slot holds the longest datagram. The system backs only pages that were written to, so short datagrams cost a page a slot.</remarks>
internal sealed unsafe class DatagramBatch
{
    /// <summary>Most datagrams of one call: by then the call itself costs little beside the rest.</summary>
    public const int Capacity = 16;

    // Not a power of two apart: slots that begin in the same cache sets would push each other out.
    private const int SlotBytes = 65_536 + 1_088;

    private readonly byte[] _bytes = GC.AllocateUninitializedArray<byte>(Capacity * SlotBytes, pinned: true);
    private readonly byte[] _names = GC.AllocateArray<byte>(Capacity * LinuxSocketAddress.MaxBytes, pinned: true);
    private readonly Vector[] _vectors = GC.AllocateArray<Vector>(Capacity, pinned: true);
    private readonly Message[] _messages = GC.AllocateArray<Message>(Capacity, pinned: true);
    private int _used;

    public DatagramBatch()
    {
        for (int i = 0; i < Capacity; i++)
        {
            _vectors[i] = new Vector { Bytes = Address(_bytes, i * SlotBytes), Length = SlotBytes };
            _messages[i] = new Message
            {
                Header = new Header { Name = Address(_names, i * LinuxSocketAddress.MaxBytes), NameLength = LinuxSocketAddress.MaxBytes, Vectors = Address(_vectors, i), VectorCount = 1 },
            };
        }
    }

    /// <summary>Takes what a socket has, without waiting.</summary>
    /// <returns>How many datagrams there are now, or -1 with the system's error.</returns>
    public int Receive(int handle)
    {
        // The system has put the lengths of addresses where their room was told.
        for (int i = 0; i < _used; i++)
        {
            _messages[i].Header.NameLength = LinuxSocketAddress.MaxBytes;
        }

        int count = LinuxCalls.ReceiveMany(handle, Address(_messages, 0), Capacity, LinuxCalls.DontWait, null);
        _used = Math.Max(count, 0);
        return count;
    }

    /// <summary>A datagram of the last call, and where it came from.</summary>
    public ReadOnlySpan<byte> Get(int index, out TransportAddress source)
    {
        ref readonly Message message = ref _messages[index];
        source = LinuxSocketAddress.Read(_names.AsSpan(index * LinuxSocketAddress.MaxBytes, (int)message.Header.NameLength));
        return _bytes.AsSpan(index * SlotBytes, (int)message.Length);
    }

    private static void* Address<T>(T[] pinned, int index) => (void*)Marshal.UnsafeAddrOfPinnedArrayElement(pinned, index);

    // struct iovec.
    private struct Vector
    {
        public void* Bytes;
        public nuint Length;
    }

    // struct msghdr.
    private struct Header
    {
        public void* Name;
        public uint NameLength;
        public void* Vectors;
        public nuint VectorCount;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
    }

    // struct mmsghdr.
    private struct Message
    {
        public Header Header;
        public uint Length;
    }
}
