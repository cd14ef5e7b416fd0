using System.Security.Cryptography;
using System.Text;
using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Turn;

/// <summary>The long-term credential mechanism as the client of one server lives it (RFC 8489 §9.2): what requests carry, which challenges are answered, which responses are believed.</summary>
internal sealed class LongTermAuthenticator(TurnCredential? credential, int maxChallengeBytes) : IDisposable
{
    private const int MaxStaleNonces = 3;
    private const int MaxChallenges = 5;

    private readonly byte[] _username = credential is null ? [] : Encoding.UTF8.GetBytes(credential.Username);
    private StunIntegrityKey? _key;
    private byte[] _realm = [];
    private byte[] _nonce = [];
    private byte[] _userHash = [];
    private NonceCookie _cookie;

    // What the server sent, to be echoed byte for byte; empty when it sent none.
    private byte[] _algorithms = [];
    private StunPasswordAlgorithm _algorithm;
    private int _keyGeneration;
    private int _nonceGeneration;

    private bool UsesSha256 => _algorithms.Length > 0;

    /// <summary>Adds what authenticates a request, integrity last; nothing before the server has asked for it.</summary>
    public void Write(ref StunWriter writer, TurnRequest request)
    {
        request.IsAuthenticated = _key is not null;
        if (_key is null)
        {
            return;
        }

        request.KeyGeneration = _keyGeneration;
        request.NonceGeneration = _nonceGeneration;
        if (_cookie.UsernameAnonymity)
        {
            writer.AddBytes(StunAttributeType.UserHash, _userHash);
        }
        else
        {
            writer.AddBytes(StunAttributeType.Username, _username);
        }

        writer.AddBytes(StunAttributeType.Realm, _realm);
        writer.AddBytes(StunAttributeType.Nonce, _nonce);
        if (!UsesSha256)
        {
            writer.AddIntegrity(_key);
            return;
        }

        writer.AddBytes(StunAttributeType.PasswordAlgorithms, _algorithms);
        writer.AddPasswordAlgorithm(_algorithm);
        writer.AddIntegritySha256(_key);
    }

    /// <summary>Whether the response carries the integrity that its request entitles it to.</summary>
    public bool Verifies(in StunReader response) =>
        _key is not null
        && (UsesSha256 ? response.VerifyIntegritySha256(_key) : response.VerifyIntegrity(_key)) == StunIntegrityStatus.Ok;

    /// <summary>Whether a response other than a challenge has a nonce that announces PASSWORD-ALGORITHMS, and lacks them: somebody cut it (RFC 8489 §9.2.5).</summary>
    public static bool IsCut(in StunReader response) =>
        response.GetText(StunAttributeType.Nonce, out ReadOnlySpan<byte> nonce) == StunAttributeStatus.Ok
        && NonceCookie.Read(nonce).PasswordAlgorithms && !response.Has(StunAttributeType.PasswordAlgorithms);

    /// <summary>Takes over a nonce that the server gave ahead of time, in a response that was verified.</summary>
    public void Renew(in StunReader response)
    {
        if (response.GetText(StunAttributeType.Nonce, out ReadOnlySpan<byte> nonce) == StunAttributeStatus.Ok
            && !nonce.IsEmpty && nonce.Length <= maxChallengeBytes - _realm.Length - _algorithms.Length && !NonceCookie.Read(nonce).IsLessThan(_cookie))
        {
            SetNonce(nonce);
        }
    }

    /// <summary>Works in a 401 or 438.</summary>
    /// <param name="response">The challenge; its integrity does not matter, because the server may not know the key.</param>
    /// <param name="code">401 or 438.</param>
    /// <param name="request">The request that it answers.</param>
    /// <returns><see cref="TurnFailure.None"/> when the request is to be tried again, otherwise why not.</returns>
    public TurnFailure TakeChallenge(in StunReader response, int code, TurnRequest request)
    {
        if (credential is null)
        {
            return TurnFailure.CredentialsMissing;
        }

        if (response.GetText(StunAttributeType.Realm, out ReadOnlySpan<byte> realm) != StunAttributeStatus.Ok || realm.IsEmpty
            || response.GetText(StunAttributeType.Nonce, out ReadOnlySpan<byte> nonce) != StunAttributeStatus.Ok || nonce.IsEmpty)
        {
            return TurnFailure.BadChallenge;
        }

        NonceCookie cookie = NonceCookie.Read(nonce);
        bool offersAlgorithms = response.TryFind(StunAttributeType.PasswordAlgorithms, out StunAttribute algorithms);
        if ((cookie.PasswordAlgorithms && !offersAlgorithms) || cookie.IsLessThan(_cookie) || (UsesSha256 && !offersAlgorithms))
        {
            return TurnFailure.BidDown;
        }

        StunPasswordAlgorithm algorithm = offersAlgorithms ? Choose(algorithms) : StunPasswordAlgorithm.Md5;
        if (algorithm == StunPasswordAlgorithm.None)
        {
            return TurnFailure.UnsupportedAlgorithm;
        }

        if (realm.Length + nonce.Length + algorithms.Value.Length > maxChallengeBytes)
        {
            return TurnFailure.BadChallenge;
        }

        TurnFailure futile = WhyFutile(code, request, realm, nonce);
        if (futile == TurnFailure.None)
        {
            _cookie = cookie;
            SetKey(realm, algorithm, algorithms.Value);
            SetNonce(nonce);
        }

        return futile;
    }

    public void Dispose() => _key?.Dispose();

    // SHA-256 wherever it is offered, because TURN wants the stronger one whatever the order (RFC 8656 §6).
    private static StunPasswordAlgorithm Choose(in StunAttribute attribute)
    {
        StunPasswordAlgorithm chosen = StunPasswordAlgorithm.None;
        if (attribute.ReadPasswordAlgorithms(out StunPasswordAlgorithmList list) == StunAttributeStatus.Ok)
        {
            foreach (StunPasswordAlgorithmEntry entry in list)
            {
                if (entry.IsSupported && entry.Algorithm > chosen)
                {
                    chosen = entry.Algorithm;
                }
            }
        }

        return chosen;
    }

    // A repeat has to differ from what was refused, and there is an end to repeats that do.
    private TurnFailure WhyFutile(int code, TurnRequest request, ReadOnlySpan<byte> realm, ReadOnlySpan<byte> nonce)
    {
        bool sameKey = request.IsAuthenticated && request.KeyGeneration == _keyGeneration && realm.SequenceEqual(_realm);
        if (code == TurnErrorCode.Unauthenticated)
        {
            return sameKey || ++request.ChallengeCount > MaxChallenges ? TurnFailure.Unauthorized : TurnFailure.None;
        }

        bool sameNonce = request.IsAuthenticated && request.NonceGeneration == _nonceGeneration && nonce.SequenceEqual(_nonce);
        return sameNonce || ++request.StaleNonceCount > MaxStaleNonces || ++request.ChallengeCount > MaxChallenges
            ? TurnFailure.StaleNonce
            : TurnFailure.None;
    }

    private void SetKey(ReadOnlySpan<byte> realm, StunPasswordAlgorithm algorithm, ReadOnlySpan<byte> algorithms)
    {
        if (!algorithms.SequenceEqual(_algorithms))
        {
            _algorithms = algorithms.ToArray();
        }

        if (_key is not null && algorithm == _algorithm && realm.SequenceEqual(_realm))
        {
            return;
        }

        _key?.Dispose();
        _realm = realm.ToArray();
        _algorithm = algorithm;
        _keyGeneration++;
        string realmText = Encoding.UTF8.GetString(realm);
        _key = algorithm == StunPasswordAlgorithm.Sha256
            ? StunIntegrityKey.LongTermSha256(credential!.Username, realmText, credential.Password)
            : StunIntegrityKey.LongTermMd5(credential!.Username, realmText, credential.Password);
        _userHash = SHA256.HashData([.. _username, (byte)':', .. _realm]);
    }

    private void SetNonce(ReadOnlySpan<byte> nonce)
    {
        if (!nonce.SequenceEqual(_nonce))
        {
            _nonce = nonce.ToArray();
            _nonceGeneration++;
        }
    }
}
