using System.Net.Sockets;
using IceSharp.Protocol;
using IceSharp.Protocol.Dns;

namespace IceSharp;

/// <summary>Looks up what DNS knows of STUN and TURN servers. <see cref="SystemNameResolver"/> by default; put your own here for DNS over HTTPS, caches or tests.</summary>
/// <remarks>
/// Must be thread safe; several lookups run at a time. It bounds the time of a lookup itself. A lookup without records returns an empty list;
/// an exception means that nobody could be asked, and is treated like no records where the RFCs have a next step.
/// </remarks>
public interface INameResolver
{
    /// <summary>Looks up the IPv4 and IPv6 addresses of a host.</summary>
    /// <param name="hostName">A host name, never a literal address; may hold other than ASCII characters.</param>
    /// <param name="cancellationToken">Ends the lookup.</param>
    /// <returns>The addresses, the preferred first (RFC 6724).</returns>
    /// <exception cref="SocketException">Nobody could be asked.</exception>
    ValueTask<IReadOnlyList<IpAddress>> LookUpAddressesAsync(string hostName, CancellationToken cancellationToken);

    /// <summary>Looks up SRV records (RFC 2782).</summary>
    /// <param name="name">For example "_stun._udp.example.org".</param>
    /// <param name="cancellationToken">Ends the lookup.</param>
    /// <returns>The records in any order.</returns>
    /// <exception cref="SocketException">Nobody could be asked.</exception>
    ValueTask<IReadOnlyList<SrvRecord>> LookUpServicesAsync(string name, CancellationToken cancellationToken);

    /// <summary>Looks up NAPTR records (RFC 3403).</summary>
    /// <param name="name">A domain name.</param>
    /// <param name="cancellationToken">Ends the lookup.</param>
    /// <returns>The records in any order.</returns>
    /// <exception cref="SocketException">Nobody could be asked.</exception>
    ValueTask<IReadOnlyList<NaptrRecord>> LookUpRulesAsync(string name, CancellationToken cancellationToken);
}
