using IceSharp.Protocol;
using IceSharp.Protocol.Stun;

namespace IceSharp.Testing;

/// <summary>What has to be remembered of a request to answer it, also later.</summary>
internal readonly record struct ServerRequest(
    FiveTuple FiveTuple,
    StunMethod Method,
    StunTransactionId TransactionId,
    bool WantsFingerprint,
    ServerCredential Credential)
{
    public string Username => Credential.Username ?? string.Empty;
}
