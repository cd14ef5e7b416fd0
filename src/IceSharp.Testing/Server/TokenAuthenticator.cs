using System.Text;
using IceSharp.Protocol;
using IceSharp.Protocol.Stun;

namespace IceSharp.Testing;

/// <summary>Third-party authorization at the server: a token in Allocate and Refresh, its key under everything else (RFC 7635 §7).</summary>
internal sealed class TokenAuthenticator(StunTurnServerOptions options, NonceIssuer nonces, AllocationTable allocations)
{
    private readonly AccessTokens _tokens = new(options);

    public bool AreOffered => _tokens.AreOffered;

    /// <summary>Whether a request is for this mechanism: it has a token, or is about an allocation that was made with one.</summary>
    public bool Concerns(FiveTuple fiveTuple, in StunReader request) =>
        AreOffered && (request.Has(StunAttributeType.AccessToken) || FindOwner(fiveTuple, request) is not null);

    public AuthenticationResult Check(MonotonicTime now, FiveTuple fiveTuple, in StunReader request, out ServerCredential credential)
    {
        credential = default;
        if (!request.HasIntegrity)
        {
            return AuthenticationResult.Unauthenticated;
        }

        if (request.GetText(StunAttributeType.Username, out ReadOnlySpan<byte> name) != StunAttributeStatus.Ok
            || request.GetBytes(StunAttributeType.Nonce, out ReadOnlySpan<byte> nonce) != StunAttributeStatus.Ok)
        {
            return AuthenticationResult.Incomplete;
        }

        string keyId = Encoding.UTF8.GetString(name);
        ServerCredential found = default;
        if (request.TryFind(StunAttributeType.AccessToken, out StunAttribute token))
        {
            if (!_tokens.TryOpen(now, keyId, token.Value, out byte[] macKey, out TimeSpan remaining))
            {
                return AuthenticationResult.Unauthenticated;
            }

            found = new ServerCredential(keyId, new StunIntegrityKey(macKey), StunIntegrityAlgorithm.HmacSha1) { Remaining = remaining, IsToken = true };
        }
        else if (FindOwner(fiveTuple, request) is { } owner)
        {
            found = owner.Credential;
        }

        if (found.Key is not { } key || request.VerifyIntegrity(key) != StunIntegrityStatus.Ok)
        {
            return AuthenticationResult.Unauthenticated;
        }

        if (!nonces.IsFresh(now, fiveTuple.Client, nonce))
        {
            return AuthenticationResult.StaleNonce;
        }

        credential = found;
        return AuthenticationResult.Accepted;
    }

    private Allocation? FindOwner(FiveTuple fiveTuple, in StunReader request) =>
        request.GetText(StunAttributeType.Username, out ReadOnlySpan<byte> name) == StunAttributeStatus.Ok
        && allocations.TryFind(fiveTuple, out Allocation? allocation) && allocation.Credential.IsToken
        && allocation.Username == Encoding.UTF8.GetString(name)
            ? allocation
            : null;
}
