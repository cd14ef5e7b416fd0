namespace IceSharp.Testing;

/// <summary>Why a <see cref="VirtualStream"/> is over.</summary>
public enum VirtualStreamEnd
{
    /// <summary>It is not.</summary>
    None,

    /// <summary>Closed or aborted on this side.</summary>
    ClosedHere,

    /// <summary>The other side closed it in good order; everything it sent has arrived.</summary>
    ClosedByPeer,

    /// <summary>Nobody listens there.</summary>
    Refused,

    /// <summary>The other side, a NAT or a firewall broke it off.</summary>
    Reset,

    /// <summary>No answer, for as long as it is tried.</summary>
    TimedOut,

    /// <summary>The network says that it cannot be reached.</summary>
    Unreachable,

    /// <summary>The certificate is for another name, or nobody trusts it.</summary>
    CertificateRejected,

    /// <summary>One side speaks TLS and the other does not.</summary>
    NotTls,
}
