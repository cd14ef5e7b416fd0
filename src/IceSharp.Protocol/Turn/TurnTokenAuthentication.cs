using System.Text;
using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Client;
using IceSharp.Protocol.Stun.Credentials;

namespace IceSharp.Protocol.Turn;

/// <summary>Third-party authorization as a client lives it: the token in Allocate and Refresh, its key under every request (RFC 7635).</summary>
internal sealed class TurnTokenAuthentication(StunLinkKind link) : IDisposable
{
    private const int Unauthenticated = 401;
    private const int StaleNonce = 438;
    private const int MaxStaleNonces = 3;
    private const int MaxTokens = 2;
    private static readonly TimeSpan Advance = TimeSpan.FromMinutes(2);

    // Token and request fit 548 bytes of a datagram; 108 stand for headers, integrity and the attributes of Allocate.
    private const int MaxAuthenticationBytes = 548 - 108;
    private readonly StunLinkKind _link = link;
    private byte[] _nonce = [];
    private byte[] _realm = [];
    private TurnAccessToken? _token;
    private StunIntegrityKey? _key;

    // The key before, for requests that were under way when it changed.
    private TurnAccessToken? _formerToken;
    private StunIntegrityKey? _formerKey;
    private MonotonicTime _renewAt;
    private bool _isDeclined;

    /// <summary>Whose token is wanted, as the server named it.</summary>
    public string? ServerName { get; private set; }

    public bool IsActive => _token is not null;

    /// <summary>Whether another token is to be got: a while before the old one ends, because a server grants no longer than a token lasts.</summary>
    public bool IsOver(MonotonicTime now) => _token is not null && now >= _renewAt;

    /// <summary>Takes a token; null, or one too long for a datagram, leaves it to user and password from now on.</summary>
    public void Use(MonotonicTime now, TurnAccessToken? token)
    {
        _formerKey?.Dispose();
        (_formerToken, _formerKey) = (_token, _key);
        bool fits = token is not null && (_link == StunLinkKind.Stream || BytesOf(token) <= MaxAuthenticationBytes);
        _token = fits ? token : null;
        _isDeclined = !fits;
        _key = fits ? new StunIntegrityKey(token!.MacKey) : null;
        _renewAt = fits ? now + TimeSpan.FromTicks(Math.Max((token!.Lifetime - Advance).Ticks, token.Lifetime.Ticks / 2)) : MonotonicTime.Never;
    }

    // No long-term key here: mac_key signs as it is, and no OpaqueString touches the key's name (RFC 7635 §5).
    public void Write(ref StunWriter writer, TurnRequest request)
    {
        request.Token = _token;
        request.TokenNonce = _nonce;
        request.SawBadIntegrity = false;
        writer.AddText(StunAttributeType.Username, _token!.KeyId);
        if (_realm.Length > 0)
        {
            writer.AddBytes(StunAttributeType.Realm, _realm);
        }

        writer.AddBytes(StunAttributeType.Nonce, _nonce);
        if (request.CarriesToken)
        {
            writer.AddBytes(StunAttributeType.AccessToken, _token.Token);
        }

        writer.AddIntegrity(_key!);
    }

    public AuthenticationVerdict Examine(in StunReader response, TurnRequest request)
    {
        if (IsChallenge(response, out _))
        {
            return AuthenticationVerdict.Challenge;
        }

        StunIntegrityKey? key = request.Token == _token ? _key : request.Token == _formerToken ? _formerKey : null;
        bool verifies = key is not null && response.VerifyIntegrity(key) == StunIntegrityStatus.Ok;
        request.SawBadIntegrity |= !verifies;
        return verifies ? AuthenticationVerdict.Accepted : AuthenticationVerdict.IntegrityViolated;
    }

    /// <summary>Whether a challenge is for a token: to a request that carried one, or because it offers third-party authorization.</summary>
    public bool Concerns(in StunReader challenge, TurnRequest request) =>
        !_isDeclined && (request.Token is not null || challenge.Has(StunAttributeType.ThirdPartyAuthorization));

    public TurnChallengeStep TakeChallenge(in StunReader response, TurnRequest request, out TurnFailure failure)
    {
        IsChallenge(response, out int code);
        failure = TurnFailure.BadChallenge;
        if (response.GetText(StunAttributeType.Nonce, out ReadOnlySpan<byte> nonce) != StunAttributeStatus.Ok || nonce.IsEmpty)
        {
            return TurnChallengeStep.Fail;
        }

        response.GetText(StunAttributeType.Realm, out ReadOnlySpan<byte> realm);
        if (code == StaleNonce && request.Token is not null && (nonce.SequenceEqual(request.TokenNonce) || ++request.StaleTokenNonces > MaxStaleNonces))
        {
            failure = TurnFailure.StaleNonce;
            return TurnChallengeStep.Fail;
        }

        (_nonce, _realm) = (nonce.ToArray(), realm.ToArray());
        if (response.GetText(StunAttributeType.ThirdPartyAuthorization, out ReadOnlySpan<byte> name) == StunAttributeStatus.Ok)
        {
            ServerName = StunText.Sanitize(name);
        }

        failure = TurnFailure.None;
        if (code == StaleNonce || (request.Token is not null && request.Token != _token && _token is not null))
        {
            return TurnChallengeStep.Repeat;
        }

        if (++request.TokensAskedFor <= MaxTokens)
        {
            return TurnChallengeStep.Wait;
        }

        failure = TurnFailure.Unauthorized;
        return TurnChallengeStep.Fail;
    }

    public void Dispose()
    {
        _key?.Dispose();
        _formerKey?.Dispose();
    }

    private int BytesOf(TurnAccessToken token) => Encoding.UTF8.GetByteCount(token.KeyId) + _realm.Length + _nonce.Length + token.Token.Length;

    private static bool IsChallenge(in StunReader response, out int code)
    {
        code = 0;
        if (response.Class == StunClass.ErrorResponse)
        {
            response.GetErrorCode(out code, out _);
        }

        return code is Unauthenticated or StaleNonce;
    }
}
