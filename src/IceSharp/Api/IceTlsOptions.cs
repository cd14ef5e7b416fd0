using System.Security.Cryptography.X509Certificates;

namespace IceSharp;

/// <summary>How a server's certificate is checked, and what this side shows (RFC 8489 §6.2.3).</summary>
/// <remarks>
/// Immutable; thread safe as far as the callback is. By default the certificate must chain to a root that the system trusts, be valid in time,
/// be for servers and have the name that the user gave: the host of the URI, never a name that DNS led to. Only
/// <see cref="ValidateCertificate"/> can accept less, and only by saying so.
/// </remarks>
public sealed record IceTlsOptions
{
    /// <summary>The name that the certificate must prove instead of the URI's host; needed for servers that are given by address (RFC 7350 §4.1.1). It must come as safely as the URI.</summary>
    /// <value>The default, null, is the URI's host.</value>
    public string? VerificationName { get; init; }

    /// <summary>Roots to trust instead of the system's.</summary>
    /// <value>The default, empty, trusts those of the system.</value>
    public IReadOnlyList<X509Certificate2> TrustedRoots { get; init; } = [];

    /// <summary>Certificates with private keys to show to a server that asks for one. The caller keeps them and disposes of them.</summary>
    /// <value>The default is empty.</value>
    public IReadOnlyList<X509Certificate2> ClientCertificates { get; init; } = [];

    /// <summary>Whether and how the platform asks if the certificate was revoked.</summary>
    /// <value>The default is <see cref="X509RevocationMode.Online"/>.</value>
    public X509RevocationMode RevocationMode { get; init; } = X509RevocationMode.Online;

    /// <summary>Whether a certificate is refused when nobody could say if it was revoked. A revoked one is refused in any case.</summary>
    /// <value>The default is false: many private authorities publish nothing, and a blocked request must not cut everybody off.</value>
    public bool RequireRevocationStatus { get; init; }

    /// <summary>The application's own check; its answer is final, in both directions. Called on the thread pool, from several connections at a time.</summary>
    /// <value>The default, null, leaves it to the usual checks.</value>
    public Func<IceCertificateCheck, bool>? ValidateCertificate { get; init; }
}
