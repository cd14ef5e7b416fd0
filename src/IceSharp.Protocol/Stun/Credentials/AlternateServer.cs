namespace IceSharp.Protocol.Stun.Credentials;

/// <summary>Where a 300 redirects to.</summary>
/// <param name="Address">The server's address, to be reached by the same transport protocol and with the same credentials.</param>
/// <param name="CertificateName">Over TLS and DTLS: the name that the certificate must have. ALTERNATE-DOMAIN where it was sent, otherwise the name of the first server; null when there is none.</param>
public readonly record struct AlternateServer(TransportAddress Address, string? CertificateName);
