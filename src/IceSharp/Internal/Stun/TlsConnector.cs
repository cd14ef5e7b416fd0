using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace IceSharp.Internal.Stun;

/// <summary>Shakes hands over TLS and says which check failed.</summary>
internal static class TlsConnector
{
    private static readonly TimeSpan RetrievalTimeout = TimeSpan.FromSeconds(5);

    /// <summary>Authenticates the server; nothing of the application is sent before (RFC 8489 §6.2.3).</summary>
    /// <param name="inner">The connection; disposed of on failure.</param>
    /// <param name="serverName">What the certificate must prove.</param>
    /// <param name="options">How it is checked.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="StunException">The handshake failed or the certificate was not accepted.</exception>
    public static async Task<SslStream> AuthenticateAsync(Stream inner, string serverName, IceTlsOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var verdict = new CertificateVerdict(serverName, options, time);
        var tls = new SslStream(inner);
        try
        {
            await tls.AuthenticateAsClientAsync(CreateOptions(serverName, options, verdict), cancellationToken).ConfigureAwait(false);
            return tls;
        }
        catch (Exception e)
        {
            await tls.DisposeAsync().ConfigureAwait(false);
            if (e is AuthenticationException or IOException)
            {
                throw Failed(serverName, verdict, e);
            }

            throw;
        }
    }

    private static SslClientAuthenticationOptions CreateOptions(string serverName, IceTlsOptions options, CertificateVerdict verdict) => new()
    {
        TargetHost = serverName,
        ClientCertificates = [.. options.ClientCertificates],
        CertificateChainPolicy = CreatePolicy(options),
        RemoteCertificateValidationCallback = (_, certificate, chain, errors) => verdict.Accepts(certificate, chain, errors),
    };

    private static X509ChainPolicy CreatePolicy(IceTlsOptions options)
    {
        var policy = new X509ChainPolicy
        {
            RevocationMode = options.RevocationMode,
            RevocationFlag = X509RevocationFlag.ExcludeRoot,
            UrlRetrievalTimeout = RetrievalTimeout,
        };
        policy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.1", "serverAuth"));
        if (options.TrustedRoots.Count > 0)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.AddRange(options.TrustedRoots.ToArray());
        }

        return policy;
    }

    private static StunException Failed(string serverName, CertificateVerdict verdict, Exception cause)
    {
        IceTlsFailure failure = verdict.Failure == IceTlsFailure.None ? IceTlsFailure.Handshake : verdict.Failure;
        string sentence = failure switch
        {
            IceTlsFailure.NameMismatch => $"the certificate is not for '{serverName}'",
            IceTlsFailure.SelfSigned => "the certificate is signed by itself",
            IceTlsFailure.UntrustedRoot => "the certificate does not lead to a trusted root",
            IceTlsFailure.Expired => "the certificate has expired",
            IceTlsFailure.NotYetValid => "the certificate is not valid yet",
            IceTlsFailure.Handshake => $"the handshake failed ({cause.Message})",
            _ => $"the certificate was refused: {failure} ({verdict.Detail})",
        };
        return new StunException(IceError.TlsFailed, $"TLS: {sentence}.", innerException: cause) { TlsFailure = failure };
    }
}
