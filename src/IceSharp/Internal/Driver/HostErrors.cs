using System.Net.Sockets;
using IceSharp.Protocol.Agent;
using IceSharp.Protocol.Discovery;

namespace IceSharp.Internal.Driver;

/// <summary>The network's exceptions in the machine's words.</summary>
internal static class HostErrors
{
    public static HostError From(ServerResolutionError error) => error switch
    {
        ServerResolutionError.NameNotFound or ServerResolutionError.ServiceNotOffered => HostError.NameNotFound,
        ServerResolutionError.LookupFailed => HostError.NameServerUnreachable,
        _ => HostError.Other,
    };

    public static HostError From(Exception exception) => exception is SocketException e
        ? e.SocketErrorCode switch
        {
            SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported or SocketError.NetworkDown => HostError.AddressNotAvailable,
            SocketError.AddressAlreadyInUse => HostError.PortRangeExhausted,
            SocketError.AccessDenied => HostError.AccessDenied,
            SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable or SocketError.ProcessLimit => HostError.ResourceLimit,
            SocketError.HostNotFound or SocketError.NoData => HostError.NameNotFound,
            SocketError.TryAgain or SocketError.NoRecovery or SocketError.TimedOut => HostError.NameServerUnreachable,
            _ => HostError.Other,
        }
        : HostError.Other;
}
