namespace IceSharp.Samples.BrowserPeer.Sessions;

/// <summary>A STUN or TURN server, named as browsers name it.</summary>
internal sealed record ServerEntry(string Urls, string? Username, string? Credential);
