namespace IceSharp;

/// <summary>A stream has begun another ICE session (RFC 8445 §9).</summary>
/// <param name="Mid">Identification of the data stream.</param>
/// <param name="Session">Number of the session now in force, counting from 0.</param>
/// <param name="IsOurs">Whether this agent asked for it; otherwise the peer did, and needs an answer.</param>
public sealed record IceRestart(string Mid, int Session, bool IsOurs);
