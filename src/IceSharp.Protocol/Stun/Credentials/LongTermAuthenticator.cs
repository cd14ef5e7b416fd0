using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace IceSharp.Protocol.Stun.Credentials;

/// <summary>The long-term credential mechanism as the client of one server lives it: what requests carry, which responses are believed, which challenges are answered (RFC 8489 §9.2).</summary>
/// <remarks>
/// One for each server by its <see cref="StunServerIdentity"/>; a server that one is redirected to gets one of its own (RFC 8489 §10).
/// For each request: <see cref="Write"/> as the last thing before FINGERPRINT; <see cref="Examine"/> for each response to it; for a challenge
/// <see cref="TakeChallenge"/>, and when that finds nothing in the way, the request again in a new transaction with the same attempt.
/// Indications are never authenticated. Not thread safe.
/// </remarks>
[Experimental("ICE0001")]
public sealed class LongTermAuthenticator : IDisposable
{
    private const int BadRequest = 400;
    private const int Unauthenticated = 401;
    private const int StaleNonce = 438;
    private const int MaxStaleNonces = 3;
    private const int MaxChallenges = 5;

    private readonly LongTermCredential? _credential;
    private readonly LongTermSettings _settings;
    private readonly byte[] _username;
    private LongTermKeys? _keys;

    // The key before, for requests that were under way when it changed.
    private LongTermKeys? _formerKeys;
    private byte[] _nonce = [];
    private NonceCookie _cookie;

    // What the server sent, to be echoed byte for byte; empty when it sent none.
    private byte[] _algorithms = [];
    private bool _usesSha256;

    /// <summary>Creates the state towards a server that has not been asked yet.</summary>
    /// <param name="credential">User and password; null when there are none: then a challenge cannot be answered.</param>
    /// <param name="settings">Settings; null for the defaults.</param>
    public LongTermAuthenticator(LongTermCredential? credential, LongTermSettings? settings = null)
    {
        _credential = credential;
        _settings = settings ?? new LongTermSettings();
        _username = credential is null ? [] : Encoding.UTF8.GetBytes(credential.Username);
    }

    /// <summary>Whether requests carry credentials now: the server has asked for them.</summary>
    public bool IsChallenged => _keys is not null;

    /// <summary>Adds what authenticates a request, integrity last; nothing before the server has asked for it (RFC 8489 §9.2.3).</summary>
    /// <param name="writer">The request, with all its own attributes.</param>
    /// <param name="attempt">The logical request that this transaction is for.</param>
    /// <exception cref="ArgumentException">The buffer is too short.</exception>
    public void Write(ref StunWriter writer, LongTermAttempt attempt)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        attempt.Begin(_keys, _nonce, _cookie.UsernameAnonymity, _usesSha256);
        if (_keys is null)
        {
            return;
        }

        if (_cookie.UsernameAnonymity)
        {
            writer.AddBytes(StunAttributeType.UserHash, _keys.UserHash);
        }
        else
        {
            writer.AddBytes(StunAttributeType.Username, _username);
        }

        writer.AddBytes(StunAttributeType.Realm, _keys.Realm);
        writer.AddBytes(StunAttributeType.Nonce, _nonce);
        if (_algorithms.Length > 0)
        {
            writer.AddBytes(StunAttributeType.PasswordAlgorithms, _algorithms);
            writer.AddPasswordAlgorithm(_keys.Algorithm);
        }

        if (_usesSha256)
        {
            writer.AddIntegritySha256(_keys.Key);
        }
        else
        {
            writer.AddIntegrity(_keys.Key);
        }
    }

    /// <summary>Says what to do with a response, and takes over a nonce that a believed one gives ahead of time (RFC 8489 §9.2.5).</summary>
    /// <param name="response">A success or error response whose transaction ID, method and source are right.</param>
    /// <param name="attempt">The request that it answers.</param>
    public AuthenticationVerdict Examine(in StunReader response, LongTermAttempt attempt)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        int code = 0;
        if (response.Class == StunClass.ErrorResponse)
        {
            response.GetErrorCode(out code, out _);
        }

        // The server may not know the key, so that integrity does not matter here.
        if (code is Unauthenticated or StaleNonce)
        {
            return AuthenticationVerdict.Challenge;
        }

        if (IsCut(response))
        {
            return AuthenticationVerdict.Discarded;
        }

        if (!attempt.IsAuthenticated)
        {
            return AuthenticationVerdict.Accepted;
        }

        if (code == BadRequest && !response.HasIntegrity && !response.HasIntegritySha256)
        {
            return AuthenticationVerdict.Discarded;
        }

        if (!Verifies(response, attempt))
        {
            attempt.SawBadIntegrity = true;
            return AuthenticationVerdict.IntegrityViolated;
        }

        // From the first believed response on, one kind: the stronger it showed (RFC 8489 §9.2.3.2, §9.2.5).
        _usesSha256 |= response.HasIntegritySha256 || response.Has(StunAttributeType.PasswordAlgorithms);
        Renew(response);
        return AuthenticationVerdict.Accepted;
    }

    /// <summary>Works in a challenge, 401 or 438.</summary>
    /// <param name="response">The challenge.</param>
    /// <param name="attempt">The request that it answers.</param>
    /// <returns><see cref="LongTermFailure.None"/> when the request is to be sent again in a new transaction, otherwise why that is of no use or not safe.</returns>
    public LongTermFailure TakeChallenge(in StunReader response, LongTermAttempt attempt)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        if (_credential is null)
        {
            return LongTermFailure.CredentialsMissing;
        }

        if (response.GetText(StunAttributeType.Realm, out ReadOnlySpan<byte> realm) != StunAttributeStatus.Ok || realm.IsEmpty
            || response.GetText(StunAttributeType.Nonce, out ReadOnlySpan<byte> nonce) != StunAttributeStatus.Ok || nonce.IsEmpty)
        {
            return LongTermFailure.BadChallenge;
        }

        NonceCookie cookie = NonceCookie.Read(nonce);
        bool offers = response.TryFind(StunAttributeType.PasswordAlgorithms, out StunAttribute algorithms);
        if ((cookie.PasswordAlgorithms && !offers) || cookie.IsLessThan(_cookie) || (_algorithms.Length > 0 && !offers))
        {
            return LongTermFailure.BidDown;
        }

        StunPasswordAlgorithm algorithm = offers ? Choose(algorithms) : StunPasswordAlgorithm.Md5;
        if (algorithm == StunPasswordAlgorithm.None)
        {
            return LongTermFailure.UnsupportedAlgorithm;
        }

        if (IsWeaker(algorithm))
        {
            return LongTermFailure.BidDown;
        }

        if (_settings.RequiresUsernameAnonymity && !cookie.UsernameAnonymity)
        {
            return LongTermFailure.AnonymityUnavailable;
        }

        if (realm.Length + nonce.Length + algorithms.Value.Length > _settings.MaxChallengeBytes)
        {
            return LongTermFailure.BadChallenge;
        }

        response.GetErrorCode(out int code, out _);
        LongTermFailure futile = WhyFutile(code, attempt, realm, nonce, cookie.UsernameAnonymity);
        if (futile != LongTermFailure.None)
        {
            return futile;
        }

        if (!TrySetKeys(realm, algorithm))
        {
            return LongTermFailure.RealmUnusable;
        }

        _cookie = cookie;
        SetNonce(nonce, algorithms.Value);
        _usesSha256 |= offers;
        return LongTermFailure.None;
    }

    /// <summary>The state towards a server that one was redirected to: the same user and password, and nothing of the realm and nonce here (RFC 8489 §10).</summary>
    public LongTermAuthenticator CreateForRedirect() => new(_credential, _settings);

    /// <inheritdoc/>
    public void Dispose()
    {
        _keys?.Dispose();
        _formerKeys?.Dispose();
    }

    /// <summary>"LongTermAuthenticator", and whether the server has challenged.</summary>
    public override string ToString() => $"{nameof(LongTermAuthenticator)}: {(IsChallenged ? "challenged" : "not challenged")}";

    // A response other than a challenge has a nonce that announces PASSWORD-ALGORITHMS, and lacks them: somebody cut it (RFC 8489 §9.2.5).
    private static bool IsCut(in StunReader response) =>
        response.GetText(StunAttributeType.Nonce, out ReadOnlySpan<byte> nonce) == StunAttributeStatus.Ok
        && NonceCookie.Read(nonce).PasswordAlgorithms && !response.Has(StunAttributeType.PasswordAlgorithms);

    private bool Verifies(in StunReader response, LongTermAttempt attempt)
    {
        if (attempt.Keys is not { } keys || (keys != _keys && keys != _formerKeys))
        {
            return false;
        }

        return (attempt.UsedSha256 || response.HasIntegritySha256
            ? response.VerifyIntegritySha256(keys.Key)
            : response.VerifyIntegrity(keys.Key)) == StunIntegrityStatus.Ok;
    }

    private bool IsWeaker(StunPasswordAlgorithm algorithm) => _keys is not null && algorithm < _keys.Algorithm;

    private StunPasswordAlgorithm Choose(in StunAttribute attribute)
    {
        StunPasswordAlgorithm chosen = StunPasswordAlgorithm.None;
        if (attribute.ReadPasswordAlgorithms(out StunPasswordAlgorithmList list) != StunAttributeStatus.Ok)
        {
            return chosen;
        }

        foreach (StunPasswordAlgorithmEntry entry in list)
        {
            if (entry.IsSupported && (chosen == StunPasswordAlgorithm.None
                || (_settings.AlgorithmChoice == PasswordAlgorithmChoice.Strongest && entry.Algorithm > chosen)))
            {
                chosen = entry.Algorithm;
            }
        }

        return chosen;
    }

    // A repeat has to differ from what was refused, and there is an end to repeats that do.
    private static LongTermFailure WhyFutile(int code, LongTermAttempt attempt, ReadOnlySpan<byte> realm, ReadOnlySpan<byte> nonce, bool anonymous)
    {
        if (code == StaleNonce)
        {
            bool sameNonce = attempt.IsAuthenticated && nonce.SequenceEqual(attempt.Nonce);
            return sameNonce || ++attempt.StaleNonceCount > MaxStaleNonces || ++attempt.ChallengeCount > MaxChallenges
                ? LongTermFailure.StaleNonce
                : LongTermFailure.None;
        }

        bool sameUser = attempt.Keys is { } used && realm.SequenceEqual(used.Realm) && attempt.UsedUserHash == anonymous;
        return sameUser || ++attempt.ChallengeCount > MaxChallenges ? LongTermFailure.Unauthorized : LongTermFailure.None;
    }

    private void Renew(in StunReader response)
    {
        if (_keys is null || response.GetText(StunAttributeType.Nonce, out ReadOnlySpan<byte> nonce) != StunAttributeStatus.Ok || nonce.IsEmpty)
        {
            return;
        }

        // The echo has to be the list that came with the nonce (RFC 8489 §9.2.4), so they are taken over together or not at all.
        NonceCookie cookie = NonceCookie.Read(nonce);
        bool offers = response.TryFind(StunAttributeType.PasswordAlgorithms, out StunAttribute algorithms);
        ReadOnlySpan<byte> list = offers ? algorithms.Value : _algorithms;
        bool otherRealm = response.TryFind(StunAttributeType.Realm, out StunAttribute realm) && !realm.Value.SequenceEqual(_keys.Realm);
        if (otherRealm || cookie.IsLessThan(_cookie) || (offers && Choose(algorithms) != _keys.Algorithm)
            || _keys.Realm.Length + nonce.Length + list.Length > _settings.MaxChallengeBytes)
        {
            return;
        }

        _cookie = cookie;
        SetNonce(nonce, list);
    }

    private bool TrySetKeys(ReadOnlySpan<byte> realm, StunPasswordAlgorithm algorithm)
    {
        if (_keys is not null && algorithm == _keys.Algorithm && realm.SequenceEqual(_keys.Realm))
        {
            return true;
        }

        if (LongTermKeys.TryCreate(_credential!, realm, algorithm) is not { } keys)
        {
            return false;
        }

        _formerKeys?.Dispose();
        _formerKeys = _keys;
        _keys = keys;
        return true;
    }

    private void SetNonce(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> algorithms)
    {
        if (!nonce.SequenceEqual(_nonce))
        {
            _nonce = nonce.ToArray();
        }

        if (!algorithms.SequenceEqual(_algorithms))
        {
            _algorithms = algorithms.ToArray();
        }
    }
}
