namespace IceSharp.Protocol.Agent;

/// <summary>A check that was answered before the peer's description was known.</summary>
/// <param name="Generation">The session whose credentials it showed.</param>
/// <param name="Base">Where it arrived.</param>
/// <param name="Source">Where it came from.</param>
/// <param name="Priority">Its PRIORITY.</param>
/// <param name="UseCandidate">Whether it nominated.</param>
/// <param name="RemoteUfrag">The second half of its USERNAME.</param>
internal sealed record EarlyCheck(StreamGeneration Generation, CandidateBase Base, TransportAddress Source, uint Priority, bool UseCandidate, byte[] RemoteUfrag)
{
    /// <summary>Its nomination value (renomination); null when it has none.</summary>
    public uint? Nomination { get; init; }
}
