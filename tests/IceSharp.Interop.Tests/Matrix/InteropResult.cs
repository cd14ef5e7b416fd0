namespace IceSharp.Interop.Tests.Matrix;

/// <summary>One cell of the matrix.</summary>
/// <param name="Peer">The other side.</param>
/// <param name="Mode">How the sessions ran.</param>
internal sealed record InteropResult(PeerProgram Peer, InteropMode Mode)
{
    /// <summary>Times to connected of the sessions that passed.</summary>
    public IReadOnlyList<TimeSpan> Times { get; init; } = [];

    /// <summary>What the first session that failed says; null when all passed.</summary>
    public string? Failure { get; init; }

    /// <summary>Why the cell is known to fail and was not run; null otherwise.</summary>
    public string? KnownFailure { get; init; }

    /// <summary>Why the mode makes no sense with this peer; null when it does.</summary>
    public string? NotApplicable { get; init; }
}
