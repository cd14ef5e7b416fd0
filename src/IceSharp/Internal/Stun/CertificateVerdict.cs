using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace IceSharp.Internal.Stun;

/// <summary>Looks at one server's certificate and remembers which check failed.</summary>
internal sealed class CertificateVerdict(string serverName, IceTlsOptions options, TimeProvider time)
{
    private const X509ChainStatusFlags RevocationUnknown = X509ChainStatusFlags.RevocationStatusUnknown | X509ChainStatusFlags.OfflineRevocation;

    /// <summary>Which check refused the certificate.</summary>
    public IceTlsFailure Failure { get; private set; }

    /// <summary>What the platform found, for people.</summary>
    public string Detail { get; private set; } = string.Empty;

    public bool Accepts(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        var shown = certificate as X509Certificate2;
        IceTlsFailure failure = Judge(shown, chain, errors);
        Detail = string.Join(", ", (chain?.ChainStatus ?? []).Select(s => s.Status.ToString()).Prepend(errors.ToString()));
        if (options.ValidateCertificate is { } validate)
        {
            bool accepted = validate(new IceCertificateCheck(serverName, shown, chain, failure));
            Failure = accepted ? IceTlsFailure.None : failure == IceTlsFailure.None ? IceTlsFailure.RejectedByApplication : failure;
            return accepted;
        }

        Failure = failure;
        return failure == IceTlsFailure.None;
    }

    private IceTlsFailure Judge(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
        {
            return IceTlsFailure.NoCertificate;
        }

        X509ChainStatusFlags status = (chain?.ChainStatus ?? []).Aggregate(X509ChainStatusFlags.NoError, (all, s) => all | s.Status);
        IceTlsFailure failure = JudgeChain(status & ~RevocationUnknown, chain);
        if (failure != IceTlsFailure.None)
        {
            return failure;
        }

        // A chain error without a status is one all the same.
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateChainErrors) && status == X509ChainStatusFlags.NoError)
        {
            return IceTlsFailure.BadChain;
        }

        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            return IceTlsFailure.NameMismatch;
        }

        return options.RequireRevocationStatus && (status & RevocationUnknown) != 0 ? IceTlsFailure.RevocationUnknown : IceTlsFailure.None;
    }

    private IceTlsFailure JudgeChain(X509ChainStatusFlags status, X509Chain? chain)
    {
        if (status.HasFlag(X509ChainStatusFlags.Revoked))
        {
            return IceTlsFailure.Revoked;
        }

        if ((status & (X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain)) != 0)
        {
            return chain is { ChainElements.Count: 1 } && IsSelfSigned(chain.ChainElements[0].Certificate) ? IceTlsFailure.SelfSigned : IceTlsFailure.UntrustedRoot;
        }

        if (status.HasFlag(X509ChainStatusFlags.NotTimeValid))
        {
            DateTimeOffset now = time.GetUtcNow();
            return chain!.ChainElements.Any(e => now > e.Certificate.NotAfter) ? IceTlsFailure.Expired : IceTlsFailure.NotYetValid;
        }

        return status switch
        {
            X509ChainStatusFlags.NoError => IceTlsFailure.None,
            _ when status.HasFlag(X509ChainStatusFlags.NotValidForUsage) => IceTlsFailure.WrongUsage,
            _ => IceTlsFailure.BadChain,
        };
    }

    private static bool IsSelfSigned(X509Certificate2 certificate) => certificate.SubjectName.RawData.AsSpan().SequenceEqual(certificate.IssuerName.RawData);
}
