using IceSharp.Protocol;
using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Credentials;

namespace IceSharp.Testing;

/// <summary>Who is let in: short-term credentials for Binding where they are demanded, long-term ones for the relay unless it is open.</summary>
internal sealed class ServerAccess(StunTurnServerOptions options, NonceIssuer nonces, AllocationTable allocations, ServerResponses responses) : IDisposable
{
    private readonly LongTermAuthenticator _longTerm = new(options, nonces);
    private readonly TokenAuthenticator _token = new(options, nonces, allocations);
    private readonly ShortTermUsers _shortTerm = new(options);

    /// <summary>Whether an indication is let in; one that is not is dropped in silence (RFC 8489 §9.1.3).</summary>
    public bool Admits(in StunReader indication) =>
        indication.Method != StunMethod.Binding || !_shortTerm.AreDemanded || _shortTerm.Check(indication, out _) == ShortTermCheck.Accepted;

    /// <summary>Lets a request in and notes whose it is, or answers it with its error.</summary>
    public bool TryAdmit(MonotonicTime now, ref ServerRequest request, in StunReader message)
    {
        if (request.Method == StunMethod.Binding)
        {
            return !_shortTerm.AreDemanded || TryAdmitShortTerm(now, ref request, message);
        }

        return options.IsOpen || TryAdmitLongTerm(now, ref request, message);
    }

    public void Dispose()
    {
        _longTerm.Dispose();
        _shortTerm.Dispose();
    }

    private bool TryAdmitShortTerm(MonotonicTime now, ref ServerRequest request, in StunReader message)
    {
        ShortTermCheck check = _shortTerm.Check(message, out ServerCredential credential);
        if (check != ShortTermCheck.Accepted)
        {
            responses.Error(now, request, check == ShortTermCheck.BadRequest ? 400 : 401);
            return false;
        }

        request = request with { Credential = credential };
        return true;
    }

    private bool TryAdmitLongTerm(MonotonicTime now, ref ServerRequest request, in StunReader message)
    {
        if (!_token.AreOffered && message.Has(StunAttributeType.AccessToken))
        {
            // Nobody has offered that (RFC 7635 §7).
            responses.UnknownAttributes(now, request, [StunAttributeType.AccessToken]);
            return false;
        }

        ServerCredential credential;
        AuthenticationResult result = _token.Concerns(request.FiveTuple, message)
            ? _token.Check(now, request.FiveTuple, message, out credential)
            : _longTerm.Check(now, request.FiveTuple.Client, message, out credential);
        switch (result)
        {
            case AuthenticationResult.Accepted:
                request = request with { Credential = credential };
                return true;
            case AuthenticationResult.Incomplete:
                responses.Error(now, request, 400);
                return false;
            case AuthenticationResult.StaleNonce:
                responses.Challenge(now, request, 438);
                return false;
            default:
                responses.Challenge(now, request, 401);
                return false;
        }
    }
}
