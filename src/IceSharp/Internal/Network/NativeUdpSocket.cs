using System.Net.Sockets;
using System.Runtime.InteropServices;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;

namespace IceSharp.Internal.Network;

/// <summary>A UDP socket on Linux, read and written by system calls on its handle: an empty read costs a tenth of an exception.</summary>
internal sealed class NativeUdpSocket(Socket socket, LocalInterfaceAddress localAddress) : SystemUdpSocket(socket, localAddress)
{
    public override unsafe IceSendResult TrySend(ReadOnlySpan<byte> datagram, TransportAddress destination)
    {
        Span<byte> name = stackalloc byte[LinuxSocketAddress.MaxBytes];
        int nameLength = IsConnected ? 0 : LinuxSocketAddress.Write(name, destination, ScopeId);
        for (int attempt = 0; attempt < MaxErrorsInARow; attempt++)
        {
            int error = Send(datagram, name[..nameLength]);
            switch (error)
            {
                case 0:
                    return IceSendResult.Sent;
                case LinuxError.Interrupted:
                    continue;
                case LinuxError.ConnectionRefused:
                    // The system hands out the ICMP error of an earlier datagram and has not sent this one.
                    CountRefusal();
                    continue;
                case LinuxError.Again or LinuxError.NoBuffers:
                    return IceSendResult.WouldBlock;
                case LinuxError.MessageTooLong:
                    return IceSendResult.TooLong;
                case LinuxError.NotPermitted or LinuxError.AccessDenied or LinuxError.NetworkDown or LinuxError.NetworkUnreachable
                    or LinuxError.HostDown or LinuxError.HostUnreachable or LinuxError.AddressNotAvailable or LinuxError.AddressFamily:
                    return IceSendResult.Unreachable;
                case LinuxError.BadHandle:
                    return IceSendResult.Closed;
                default:
                    return IceSendResult.Failed;
            }
        }

        return IceSendResult.Unreachable;
    }

    public override unsafe bool TryReceive(Span<byte> buffer, out int length, out TransportAddress source)
    {
        byte* name = stackalloc byte[LinuxSocketAddress.MaxBytes];
        int handle = Handle();
        for (int attempt = 0; handle >= 0 && attempt < MaxErrorsInARow; attempt++)
        {
            int nameLength = LinuxSocketAddress.MaxBytes;
            nint count;
            fixed (byte* bytes = buffer)
            {
                count = LinuxCalls.ReceiveFrom(handle, bytes, (nuint)buffer.Length, LinuxCalls.DontWait, name, &nameLength);
            }

            if (count >= 0)
            {
                length = (int)count;
                source = LinuxSocketAddress.Read(new ReadOnlySpan<byte>(name, nameLength));
                return true;
            }

            if (IsFinal(Marshal.GetLastSystemError()))
            {
                break;
            }
        }

        length = 0;
        source = default;
        return false;
    }

    /// <summary>Takes what is there, up to what the batch has room for. On the loop.</summary>
    /// <returns>How many datagrams the batch holds now.</returns>
    public int Receive(DatagramBatch batch)
    {
        int handle = Handle();
        for (int attempt = 0; handle >= 0 && attempt < MaxErrorsInARow; attempt++)
        {
            int count = batch.Receive(handle);
            if (count >= 0)
            {
                return count;
            }

            if (IsFinal(Marshal.GetLastSystemError()))
            {
                break;
            }
        }

        return 0;
    }

    // Whether there is nothing more to read; otherwise the error was about an earlier datagram.
    private bool IsFinal(int error)
    {
        if (error is LinuxError.Again or LinuxError.BadHandle)
        {
            return true;
        }

        if (error == LinuxError.ConnectionRefused)
        {
            CountRefusal();
        }
        else if (error != LinuxError.Interrupted)
        {
            CountIgnoredError();
        }

        return false;
    }

    private unsafe int Send(ReadOnlySpan<byte> datagram, ReadOnlySpan<byte> name)
    {
        SafeSocketHandle safeHandle = Socket.SafeHandle;
        bool held = false;
        try
        {
            // Senders run on any thread: the reference keeps a handle that is closed meanwhile from being used for another file.
            safeHandle.DangerousAddRef(ref held);
            fixed (byte* bytes = datagram)
            fixed (byte* nameBytes = name)
            {
                nint sent = LinuxCalls.SendTo((int)safeHandle.DangerousGetHandle(), bytes, (nuint)datagram.Length, LinuxCalls.DontWait | LinuxCalls.NoSignal, nameBytes, name.Length);
                return sent >= 0 ? 0 : Marshal.GetLastSystemError();
            }
        }
        catch (ObjectDisposedException)
        {
            return LinuxError.BadHandle;
        }
        finally
        {
            if (held)
            {
                safeHandle.DangerousRelease();
            }
        }
    }

    // Only the loop reads, and it is the loop that closes: no reference is needed, unless closing had to go ahead without the loop.
    private int Handle()
    {
        SafeSocketHandle handle = Socket.SafeHandle;
        return handle.IsClosed ? -1 : (int)handle.DangerousGetHandle();
    }
}
