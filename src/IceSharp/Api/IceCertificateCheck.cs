using System.Security.Cryptography.X509Certificates;

namespace IceSharp;

/// <summary>A server's certificate as <see cref="IceTlsOptions.ValidateCertificate"/> gets to see it.</summary>
/// <param name="ServerName">The name that the certificate must prove.</param>
/// <param name="Certificate">The certificate; null when the server showed none. Valid during the call.</param>
/// <param name="Chain">Its chain with the findings of the platform; valid during the call.</param>
/// <param name="Failure">What the usual checks say; <see cref="IceTlsFailure.None"/> when they accept it.</param>
public sealed record IceCertificateCheck(string ServerName, X509Certificate2? Certificate, X509Chain? Chain, IceTlsFailure Failure);
