namespace IceSharp;

/// <summary>What an access token is wanted for (RFC 7635).</summary>
/// <param name="Server">The server as the application named it.</param>
/// <param name="ServerName">The server's name as the authorization server knows it, out of the server's own THIRD-PARTY-AUTHORIZATION.</param>
public sealed record TurnTokenRequest(IceServer Server, string ServerName);
