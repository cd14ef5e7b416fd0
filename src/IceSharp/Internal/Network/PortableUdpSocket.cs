using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;

namespace IceSharp.Internal.Network;

/// <summary>A UDP socket on any system .NET runs on, by the framework's calls that take a <see cref="SocketAddress"/> and so allocate nothing.</summary>
internal sealed class PortableUdpSocket : SystemUdpSocket
{
    // Senders run on any thread, and a socket address is a mutable buffer: one a thread and family.
    [ThreadStatic]
    private static SocketAddress? t_v4;
    [ThreadStatic]
    private static SocketAddress? t_v6;

    private readonly SocketAddress _source;

    public PortableUdpSocket(Socket socket, LocalInterfaceAddress localAddress)
        : base(socket, localAddress)
    {
        _source = new SocketAddress(socket.AddressFamily);
        socket.Blocking = false;
    }

    // An empty read throws, which costs eight times as much as asking. An empty datagram is found by the next wait.
    public override bool MayHaveMore
    {
        get
        {
            try
            {
                return Socket.Available > 0;
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                return false;
            }
        }
    }

    public override IceSendResult TrySend(ReadOnlySpan<byte> datagram, TransportAddress destination)
    {
        for (int attempt = 0; attempt < MaxErrorsInARow; attempt++)
        {
            try
            {
                if (IsConnected)
                {
                    Socket.Send(datagram, SocketFlags.None);
                }
                else
                {
                    Socket.SendTo(datagram, SocketFlags.None, Name(destination));
                }

                return IceSendResult.Sent;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionRefused or SocketError.NetworkReset)
            {
                CountRefusal();
            }
            catch (SocketException e)
            {
                return e.SocketErrorCode switch
                {
                    SocketError.WouldBlock or SocketError.NoBufferSpaceAvailable or SocketError.IOPending => IceSendResult.WouldBlock,
                    SocketError.MessageSize => IceSendResult.TooLong,
                    SocketError.AccessDenied or SocketError.NetworkDown or SocketError.NetworkUnreachable or SocketError.HostDown
                        or SocketError.HostUnreachable or SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported => IceSendResult.Unreachable,
                    SocketError.OperationAborted or SocketError.NotSocket or SocketError.Shutdown => IceSendResult.Closed,
                    _ => IceSendResult.Failed,
                };
            }
            catch (ObjectDisposedException)
            {
                return IceSendResult.Closed;
            }
        }

        return IceSendResult.Unreachable;
    }

    public override bool TryReceive(Span<byte> buffer, out int length, out TransportAddress source)
    {
        for (int attempt = 0; attempt < MaxErrorsInARow; attempt++)
        {
            try
            {
                length = Socket.ReceiveFrom(buffer, SocketFlags.None, _source);
                source = Read(_source);
                return true;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.WouldBlock or SocketError.OperationAborted or SocketError.NotSocket or SocketError.Interrupted)
            {
                break;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionRefused)
            {
                CountRefusal();
            }
            catch (SocketException)
            {
                CountIgnoredError();
            }
            catch (ObjectDisposedException)
            {
                break;
            }
        }

        length = 0;
        source = default;
        return false;
    }

    private SocketAddress Name(TransportAddress address)
    {
        if (address.Family == IpFamily.IPv4)
        {
            SocketAddress v4 = t_v4 ??= new IPEndPoint(IPAddress.Any, 0).Serialize();
            Span<byte> bytes = v4.Buffer.Span;
            BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], address.Port);
            address.Address.WriteTo(bytes[4..]);
            return v4;
        }

        SocketAddress v6 = t_v6 ??= new IPEndPoint(IPAddress.IPv6Any, 0).Serialize();
        Span<byte> name = v6.Buffer.Span;
        BinaryPrimitives.WriteUInt16BigEndian(name[2..], address.Port);
        address.Address.WriteTo(name[8..]);
        BitConverter.TryWriteBytes(name[24..], address.Address.IsLinkLocal ? ScopeId : 0);
        return v6;
    }

    // Port at 2, IPv4 address at 4, IPv6 address at 8: the same on Windows, Linux and the BSDs.
    private static TransportAddress Read(SocketAddress name)
    {
        ReadOnlySpan<byte> bytes = name.Buffer.Span;
        ushort port = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        return name.Family switch
        {
            AddressFamily.InterNetwork => new TransportAddress(IpAddress.FromBytes(bytes.Slice(4, 4)), port),
            AddressFamily.InterNetworkV6 => new TransportAddress(IpAddress.FromBytes(bytes.Slice(8, 16)).Unmap(), port),
            _ => default,
        };
    }
}
