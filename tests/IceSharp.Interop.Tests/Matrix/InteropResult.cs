namespace IceSharp.Interop.Tests.Matrix;

/// <summary>One cell of the matrix.</summary>
/// <param name="Peer">The other side.</param>
/// <param name="Mode">How the sessions ran.</param>
/// <param name="Times">Times to connected of the sessions that passed.</param>
/// <param name="Failure">The first line of the first failure; null when all passed.</param>
/// <param name="NotApplicable">Why the mode makes no sense with this peer; null when it does.</param>
internal sealed record InteropResult(PeerProgram Peer, InteropMode Mode, IReadOnlyList<TimeSpan> Times, string? Failure, string? NotApplicable)
{
    public static InteropResult Skipped(PeerProgram peer, InteropMode mode, string reason) => new(peer, mode, [], null, reason);
}
