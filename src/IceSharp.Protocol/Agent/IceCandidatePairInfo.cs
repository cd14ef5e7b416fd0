namespace IceSharp;

/// <summary>A candidate pair as it stood at one moment.</summary>
/// <remarks>Immutable and thread safe.</remarks>
public sealed record IceCandidatePairInfo
{
    /// <summary>The local candidate.</summary>
    public required IceCandidate Local { get; init; }

    /// <summary>The remote candidate.</summary>
    public required IceCandidate Remote { get; init; }

    /// <summary>Pair priority in the current role (RFC 8445 §6.1.2.3).</summary>
    public required ulong Priority { get; init; }

    /// <summary>State of the connectivity check.</summary>
    public required IceCandidatePairState State { get; init; }

    /// <summary>Whether the pair is on the valid list: it can carry data.</summary>
    public bool IsValid { get; init; }

    /// <summary>Whether the pair has been nominated.</summary>
    public bool IsNominated { get; init; }

    /// <summary>Round trip of the last check that was answered without retransmission; null when there is none.</summary>
    public TimeSpan? RoundTripTime { get; init; }

    /// <summary>"host 192.0.2.1:5000 - srflx 198.51.100.2:6000 (Succeeded, nominated)".</summary>
    public override string ToString() =>
        $"{Describe(Local)} - {Describe(Remote)} ({State}{(IsValid ? ", valid" : string.Empty)}{(IsNominated ? ", nominated" : string.Empty)})";

    private static string Describe(IceCandidate candidate) =>
        $"{candidate.Type switch { IceCandidateType.Host => "host", IceCandidateType.ServerReflexive => "srflx", IceCandidateType.PeerReflexive => "prflx", _ => "relay" }} {candidate.Address}";
}
