using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace IceSharp.TestCertificates;

/// <summary>An authority that a test makes for itself, and certificates of it for servers.</summary>
internal sealed class TestAuthority : IDisposable
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UtcNow.AddDays(-10);
    private static readonly DateTimeOffset End = DateTimeOffset.UtcNow.AddDays(10);

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly List<X509Certificate2> _issued = [];

    public TestAuthority()
    {
        var request = new CertificateRequest($"CN=IceSharp test authority {Guid.NewGuid():N}", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        Root = request.CreateSelfSigned(Start, End);
    }

    public X509Certificate2 Root { get; }

    /// <summary>A certificate for a server's name, with its private key.</summary>
    public X509Certificate2 Issue(string name, DateTimeOffset? notBefore = null, DateTimeOffset? notAfter = null, string purpose = "1.3.6.1.5.5.7.3.1")
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = Request(name, key, purpose);
        using X509Certificate2 bare = request.Create(Root, notBefore ?? Start, notAfter ?? End, RandomNumberGenerator.GetBytes(12));
        return Keep(bare.CopyWithPrivateKey(key));
    }

    /// <summary>One with an RSA key, which most suites of TLS 1.2 want.</summary>
    public X509Certificate2 IssueRsa(string name)
    {
        using RSA key = RSA.Create(2048);
        using X509Certificate2 bare = Adorn(new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1), name, "1.3.6.1.5.5.7.3.1")
            .Create(Root.SubjectName, X509SignatureGenerator.CreateForECDsa(_key), Start, End, RandomNumberGenerator.GetBytes(12));
        return Keep(bare.CopyWithPrivateKey(key));
    }

    /// <summary>One that expired yesterday.</summary>
    public X509Certificate2 IssueExpired(string name) => Issue(name, Start, DateTimeOffset.UtcNow.AddDays(-1));

    /// <summary>One that no authority has signed.</summary>
    public X509Certificate2 SelfSigned(string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Keep(Request(name, key, "1.3.6.1.5.5.7.3.1").CreateSelfSigned(Start, End));
    }

    public void Dispose()
    {
        _issued.ForEach(c => c.Dispose());
        Root.Dispose();
        _key.Dispose();
    }

    private static CertificateRequest Request(string name, ECDsa key, string purpose) =>
        Adorn(new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256), name, purpose);

    private static CertificateRequest Adorn(CertificateRequest request, string name, string purpose)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, 0, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], critical: false));
        return request;
    }

    private X509Certificate2 Keep(X509Certificate2 certificate)
    {
        _issued.Add(certificate);
        return certificate;
    }
}
