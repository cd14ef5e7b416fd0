using System.Net;

namespace IceSharp;

/// <summary>Makes DTLS associations; the platform has none, so an application that wants <c>stuns:</c> over UDP (RFC 7350) brings its own.</summary>
/// <remarks>Must be thread safe.</remarks>
public interface IDtlsTransportFactory
{
    /// <summary>Connects and shakes hands.</summary>
    /// <param name="server">Where to.</param>
    /// <param name="serverName">The name that the server's certificate must prove; verifying it is the factory's duty.</param>
    /// <param name="options">How the client wants certificates checked.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The association; the caller disposes of it.</returns>
    /// <exception cref="StunException"><see cref="IceError.TlsFailed"/>: the certificate was not accepted.</exception>
    /// <exception cref="IOException">The handshake failed.</exception>
    ValueTask<IDtlsTransport> ConnectAsync(IPEndPoint server, string serverName, IceTlsOptions options, CancellationToken cancellationToken);
}
