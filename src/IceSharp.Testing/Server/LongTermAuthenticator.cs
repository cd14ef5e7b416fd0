using System.Text;
using IceSharp.Protocol;
using IceSharp.Protocol.Stun;

namespace IceSharp.Testing;

/// <summary>The server's side of the long-term credential mechanism, in both generations (RFC 8489 §9.2.4, RFC 5389 §10.2.2).</summary>
internal sealed class LongTermAuthenticator : IDisposable
{
    private const int UserHashBytes = 32;

    private readonly StunTurnServerOptions _options;
    private readonly NonceIssuer _nonces;
    private readonly Dictionary<string, ServerUser> _byName = [];
    private readonly Dictionary<string, ServerUser> _byHash = [];

    public LongTermAuthenticator(StunTurnServerOptions options, NonceIssuer nonces)
    {
        _options = options;
        _nonces = nonces;
        foreach ((string name, string password) in options.Users)
        {
            ServerUser user = new(name, options.Realm, password);
            _byName.Add(name, user);
            _byHash.Add(user.UserHash, user);
        }
    }

    /// <summary>The algorithms offered, best first; their echo must be these, byte for byte.</summary>
    public static ReadOnlySpan<StunPasswordAlgorithm> OfferedAlgorithms => [StunPasswordAlgorithm.Sha256, StunPasswordAlgorithm.Md5];

    private static ReadOnlySpan<byte> OfferedAlgorithmBytes => [0, 2, 0, 0, 0, 1, 0, 0];

    public AuthenticationResult Check(MonotonicTime now, TransportAddress client, in StunReader request, out ServerCredential credential) =>
        _options.LongTerm == LongTermMode.Rfc5389
            ? CheckRfc5389(now, client, request, out credential)
            : CheckRfc8489(now, client, request, out credential);

    public void Dispose()
    {
        foreach (ServerUser user in _byName.Values)
        {
            user.Dispose();
        }
    }

    // RFC 5389 §10.2.2: presence, completeness, nonce, user, integrity. It knows nothing but USERNAME and MESSAGE-INTEGRITY.
    private AuthenticationResult CheckRfc5389(MonotonicTime now, TransportAddress client, in StunReader request, out ServerCredential credential)
    {
        credential = default;
        if (!request.HasIntegrity)
        {
            return AuthenticationResult.Unauthenticated;
        }

        if (!request.Has(StunAttributeType.Username) || !HasRealmAndNonce(request, out ReadOnlySpan<byte> nonce))
        {
            return AuthenticationResult.Incomplete;
        }

        if (!_nonces.IsFresh(now, client, nonce))
        {
            return AuthenticationResult.StaleNonce;
        }

        if (FindUser(request) is not { } user || request.VerifyIntegrity(user.Md5Key) != StunIntegrityStatus.Ok)
        {
            return AuthenticationResult.Unauthenticated;
        }

        credential = new ServerCredential(user.Name, user.Md5Key, StunIntegrityAlgorithm.HmacSha1);
        return AuthenticationResult.Accepted;
    }

    // RFC 8489 §9.2.4: presence, completeness, algorithms, user, integrity, and the nonce only after a right HMAC.
    private AuthenticationResult CheckRfc8489(MonotonicTime now, TransportAddress client, in StunReader request, out ServerCredential credential)
    {
        credential = default;
        if (!request.HasIntegrity && !request.HasIntegritySha256)
        {
            return AuthenticationResult.Unauthenticated;
        }

        bool hashed = request.TryFind(StunAttributeType.UserHash, out StunAttribute hash);
        bool named = request.Has(StunAttributeType.Username) || (hashed && hash.ReadBytes(UserHashBytes, out _) == StunAttributeStatus.Ok);
        if (!named || !HasRealmAndNonce(request, out ReadOnlySpan<byte> nonce) || !TryChooseAlgorithm(request, out StunPasswordAlgorithm? algorithm))
        {
            return AuthenticationResult.Incomplete;
        }

        if (FindUser(request) is not { } user)
        {
            return AuthenticationResult.Unauthenticated;
        }

        // The algorithm of the key and that of the integrity are independent choices; if SHA-256 is there it alone decides.
        StunIntegrityKey key = algorithm == StunPasswordAlgorithm.Sha256 ? user.Sha256Key : user.Md5Key;
        StunIntegrityStatus integrity = request.HasIntegritySha256 ? request.VerifyIntegritySha256(key) : request.VerifyIntegrity(key);
        if (integrity != StunIntegrityStatus.Ok)
        {
            return AuthenticationResult.Unauthenticated;
        }

        // Also a stale nonce is answered as a challenge, without integrity, so the credential stays out of the answer.
        if (!_nonces.IsFresh(now, client, nonce))
        {
            return AuthenticationResult.StaleNonce;
        }

        credential = new ServerCredential(user.Name, key, algorithm is null ? StunIntegrityAlgorithm.HmacSha1 : StunIntegrityAlgorithm.HmacSha256);
        return AuthenticationResult.Accepted;
    }

    private static bool HasRealmAndNonce(in StunReader request, out ReadOnlySpan<byte> nonce) =>
        (request.GetBytes(StunAttributeType.Nonce, out nonce) == StunAttributeStatus.Ok) & request.Has(StunAttributeType.Realm);

    /// <summary>Reads the choice of a client; null when it sent neither attribute, which means MD5.</summary>
    private static bool TryChooseAlgorithm(in StunReader request, out StunPasswordAlgorithm? algorithm)
    {
        algorithm = null;
        bool hasList = request.TryFind(StunAttributeType.PasswordAlgorithms, out StunAttribute list);
        bool hasChoice = request.TryFind(StunAttributeType.PasswordAlgorithm, out StunAttribute choice);
        if (!hasList && !hasChoice)
        {
            return true;
        }

        if (!hasList || !hasChoice || !list.Value.SequenceEqual(OfferedAlgorithmBytes)
            || choice.ReadPasswordAlgorithm(out StunPasswordAlgorithmEntry entry) != StunAttributeStatus.Ok)
        {
            return false;
        }

        algorithm = entry.Algorithm;
        return entry.IsSupported;
    }

    private ServerUser? FindUser(in StunReader request)
    {
        if (request.GetBytes(StunAttributeType.Username, out ReadOnlySpan<byte> name) == StunAttributeStatus.Ok)
        {
            return _byName.GetValueOrDefault(Encoding.UTF8.GetString(name));
        }

        return request.GetBytes(StunAttributeType.UserHash, out ReadOnlySpan<byte> hash) == StunAttributeStatus.Ok
            ? _byHash.GetValueOrDefault(Convert.ToHexString(hash))
            : null;
    }
}
