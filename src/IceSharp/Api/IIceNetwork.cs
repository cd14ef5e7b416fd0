using System.Net.Sockets;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;

namespace IceSharp;

/// <summary>The network under an agent: interfaces, UDP sockets and names. The operating system's by default; a test puts its own here.</summary>
/// <remarks>
/// Called on the thread of a loop, so nothing may block: work that takes time goes elsewhere and completes the task later.
/// An answer that is complete on return is used at once, which keeps a simulated network deterministic.
/// </remarks>
public interface IIceNetwork
{
    /// <summary>Lists the local addresses, loopback ones included, in the order in which they are preferred.</summary>
    /// <param name="cancellationToken">Set when the agent is closed.</param>
    ValueTask<IReadOnlyList<LocalInterfaceAddress>> ListInterfacesAsync(CancellationToken cancellationToken);

    /// <summary>Opens a UDP socket.</summary>
    /// <param name="localAddress">The address to bind; the wildcard of a family where the agent follows the system's routes (<see cref="IceAgentOptions.IPHandling"/>).</param>
    /// <param name="port">The port; 0 lets the network choose one.</param>
    /// <param name="cancellationToken">Set when the agent is closed.</param>
    /// <exception cref="SocketException">The socket cannot be had; <see cref="SocketError.AddressAlreadyInUse"/> makes the agent try the next port of its range.</exception>
    ValueTask<IIceUdpSocket> BindUdpAsync(LocalInterfaceAddress localAddress, int port, CancellationToken cancellationToken);

    /// <summary>Watches interfaces and their addresses.</summary>
    /// <param name="changed">To be called, from any thread, when any may have come or gone; cheap, and never throws. Too often is harmless.</param>
    /// <returns>Ends the watch when disposed; null where a network does not change.</returns>
    IDisposable? WatchInterfaces(Action changed) => null;

    /// <summary>Finds out from which local address a socket on the wildcard address sends to a destination. Sends nothing (RFC 8828 §6.2).</summary>
    /// <param name="destination">An address of the internet.</param>
    /// <param name="cancellationToken">Set when the agent is closed.</param>
    /// <returns>The address; null when there is no route.</returns>
    ValueTask<LocalInterfaceAddress?> FindRouteAsync(IpAddress destination, CancellationToken cancellationToken) => new((LocalInterfaceAddress?)null);

    /// <summary>Looks up the addresses of a host name.</summary>
    /// <param name="hostName">A DNS name, never a literal.</param>
    /// <param name="cancellationToken">Set when the agent is closed.</param>
    /// <returns>The addresses, best first; an empty list counts as "not found".</returns>
    /// <exception cref="SocketException">The name does not resolve.</exception>
    ValueTask<IReadOnlyList<IpAddress>> ResolveAsync(string hostName, CancellationToken cancellationToken);

    /// <summary>Opens a TCP connection to a server, through a proxy and with TLS where the target says so. A network without TCP leaves this out.</summary>
    /// <param name="target">Where to, and how.</param>
    /// <param name="cancellationToken">Set when the connection is not wanted any more.</param>
    /// <exception cref="SocketException">There is no connection.</exception>
    /// <exception cref="IceException">The proxy refused, or the server could not prove who it is.</exception>
    ValueTask<IceStreamConnection> ConnectAsync(IceStreamTarget target, CancellationToken cancellationToken) =>
        ValueTask.FromException<IceStreamConnection>(new SocketException((int)SocketError.OperationNotSupported));
}
