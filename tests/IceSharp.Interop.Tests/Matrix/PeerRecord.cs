namespace IceSharp.Interop.Tests.Matrix;

/// <summary>A finished row of the matrix.</summary>
/// <param name="Peer">The peer.</param>
/// <param name="Version">Its version.</param>
/// <param name="Results">Its cells.</param>
/// <param name="TimeWithItself">Median time to connected of the peer with itself; null where that was not measured.</param>
/// <param name="Runs">Sessions a cell.</param>
internal sealed record PeerRecord(PeerProgram Peer, string Version, IReadOnlyList<InteropResult> Results, TimeSpan? TimeWithItself, int Runs)
{
    /// <summary>STUN messages that were captured.</summary>
    public int StunMessages { get; init; }

    /// <summary>How many of them <c>tshark</c> calls malformed.</summary>
    public int MalformedMessages { get; init; }
}
