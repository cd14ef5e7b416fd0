using IceSharp.Protocol.Discovery;
using IceSharp.Protocol.Stun;

namespace IceSharp.Internal.Stun;

/// <summary>What went wrong with a server, in the words of the public face.</summary>
internal static class StunFaults
{
    /// <summary>A URI that leads to no place.</summary>
    public static StunException NotResolved(StunUri uri, ServerResolutionError error)
    {
        (IceError kind, string sentence) = error switch
        {
            ServerResolutionError.UnknownTransport or ServerResolutionError.TransportNotSupported =>
                (IceError.TransportNotSupported, $"'{uri}' allows no transport that this client has."),
            ServerResolutionError.NoNameToVerify => (IceError.TlsFailed, $"'{uri}' has no name to verify a certificate against: set Tls.VerificationName."),
            ServerResolutionError.ServiceNotOffered => (IceError.ServerNotFound, $"The domain of '{uri}' says that it does not offer the service."),
            ServerResolutionError.LookupFailed => (IceError.ServerNotFound, $"No address of '{uri}' is known, because lookups failed."),
            _ => (IceError.ServerNotFound, $"The name of '{uri}' does not exist or has no address."),
        };
        return new StunException(kind, sentence, IceReport.Empty with { Attempts = [new StunAttempt(null, null, $"resolution: {error}")] });
    }
}
