using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Credentials;

namespace IceSharp.Protocol.Turn;

/// <summary>What proves to the server who asks: user and password, or an access token where both sides can; the one place for requests of every kind.</summary>
internal sealed class TurnAuthentication : IDisposable
{
    private readonly TurnAllocationSettings _settings;
    private readonly LongTermSettings _longTermSettings;
    private readonly TurnTokenAuthentication? _token;
    private LongTermAuthenticator _longTerm;
    private bool _isAsked;
    private TurnHostRequest? _request;

    public TurnAuthentication(LongTermCredential? credential, LongTermSettings longTermSettings, TurnAllocationSettings settings)
    {
        _settings = settings;
        _longTermSettings = longTermSettings;
        _longTerm = new LongTermAuthenticator(credential, longTermSettings);
        _token = settings.UsesAccessTokens ? new TurnTokenAuthentication(settings.Link) : null;
        HasCredential = credential is not null;
    }

    public bool HasCredential { get; private set; }

    /// <summary>Whether a request was sent with credentials, or would be.</summary>
    public static bool IsAuthenticated(TurnRequest request) => request.Attempt.IsAuthenticated || request.Token is not null;

    /// <summary>Whether a request has to wait for a new token: the old one is over (RFC 7635 §8).</summary>
    public bool NeedsToken(MonotonicTime now, TurnRequest request)
    {
        if (_token is null || !request.CarriesToken || !_token.IsOver(now))
        {
            return false;
        }

        Ask(new TurnHostRequest(TurnHostRequestKind.AccessToken, _token.ServerName));
        return true;
    }

    public void Write(ref StunWriter writer, TurnRequest request)
    {
        if (_token is { IsActive: true })
        {
            _token.Write(ref writer, request);
        }
        else
        {
            request.Token = null;
            _longTerm.Write(ref writer, request.Attempt);
        }
    }

    public AuthenticationVerdict Examine(in StunReader response, TurnRequest request) =>
        request.Token is null ? _longTerm.Examine(response, request.Attempt) : _token!.Examine(response, request);

    /// <summary>Works in a challenge: the request is to be sent again, has to wait for the host, or has failed.</summary>
    public TurnChallengeStep TakeChallenge(in StunReader response, TurnRequest request, out TurnFailure failure)
    {
        failure = TurnFailure.None;
        if (_token is not null && _token.Concerns(response, request))
        {
            TurnChallengeStep step = _token.TakeChallenge(response, request, out failure);
            if (step == TurnChallengeStep.Wait)
            {
                Ask(new TurnHostRequest(TurnHostRequestKind.AccessToken, _token.ServerName));
            }

            return step;
        }

        LongTermFailure problem = _longTerm.TakeChallenge(response, request.Attempt);
        if (problem == LongTermFailure.Unauthorized && _settings.RotatesCredentials && !request.HasAskedForCredential)
        {
            request.HasAskedForCredential = true;
            Ask(new TurnHostRequest(TurnHostRequestKind.Credential));
            return TurnChallengeStep.Wait;
        }

        failure = TurnErrorCode.ToFailure(problem);
        return problem == LongTermFailure.None ? TurnChallengeStep.Repeat : TurnChallengeStep.Fail;
    }

    public bool TryTakeHostRequest(out TurnHostRequest request)
    {
        request = _request.GetValueOrDefault();
        bool any = _request is not null;
        _request = null;
        return any;
    }

    /// <summary>Takes the host's answer.</summary>
    /// <returns>False when nobody asked.</returns>
    public bool TakeToken(MonotonicTime now, TurnAccessToken? token)
    {
        bool wasAsked = _isAsked && _token is not null;
        if (wasAsked)
        {
            _isAsked = false;
            _token!.Use(now, token);
        }

        return wasAsked;
    }

    /// <summary>Takes a new credential; what is known of the server's nonce went with the old one.</summary>
    public void Use(LongTermCredential? credential)
    {
        _isAsked = false;
        if (credential is not null)
        {
            _longTerm.Dispose();
            _longTerm = new LongTermAuthenticator(credential, _longTermSettings);
            HasCredential = true;
        }
    }

    public void Dispose()
    {
        _longTerm.Dispose();
        _token?.Dispose();
    }

    private void Ask(TurnHostRequest request)
    {
        if (!_isAsked)
        {
            _isAsked = true;
            _request = request;
        }
    }
}
