using IceSharp.Protocol.Stun.Credentials;

namespace IceSharp.Protocol.Stun.Client;

/// <summary>No, short-term or long-term authentication behind one face.</summary>
internal sealed class ClientAuthentication : IDisposable
{
    private readonly ShortTermAuthenticator? _shortTerm;
    private readonly LongTermAuthenticator? _longTerm;

    public ClientAuthentication(StunClientSettings settings)
    {
        _shortTerm = settings.ShortTermCredential is { } shortTerm ? new ShortTermAuthenticator(shortTerm) : null;
        _longTerm = settings.LongTermCredential is { } longTerm ? new LongTermAuthenticator(longTerm, settings.LongTerm) : null;
    }

    public void WriteRequest(ref StunWriter writer, StunClientRequest request)
    {
        request.SawBadIntegrity = false;
        if (_shortTerm is not null)
        {
            request.Integrity = _shortTerm.Write(ref writer);
        }

        _longTerm?.Write(ref writer, request.Attempt);
    }

    // Long-term credentials never go into indications (RFC 8489 §9.2).
    public void WriteIndication(ref StunWriter writer) => _shortTerm?.Write(ref writer);

    public AuthenticationVerdict Examine(in StunReader response, StunClientRequest request) =>
        _shortTerm?.Examine(response, request.Integrity)
        ?? _longTerm?.Examine(response, request.Attempt)
        ?? AuthenticationVerdict.Accepted;

    public LongTermFailure TakeChallenge(in StunReader response, StunClientRequest request) => _longTerm!.TakeChallenge(response, request.Attempt);

    /// <summary>Whether an accepted response to the latest transaction has been verified.</summary>
    public bool WasAuthenticated(StunClientRequest request) => _shortTerm is not null || request.Attempt.IsAuthenticated;

    public void Dispose()
    {
        _shortTerm?.Dispose();
        _longTerm?.Dispose();
    }
}
