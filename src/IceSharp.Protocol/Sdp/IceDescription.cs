namespace IceSharp;

/// <summary>What two agents tell each other in an offer or answer: credentials, options and candidates of each data stream (RFC 8839 §4).</summary>
/// <remarks>Immutable and thread safe. <see cref="ToString"/> hides the passwords; <c>ToSdp</c> is what goes to the peer.</remarks>
public sealed record IceDescription
{
    /// <summary>The data streams, one <c>m=</c> section each, in order.</summary>
    public required IReadOnlyList<IceStreamDescription> Streams { get; init; }

    /// <summary>Whether the agent is a lite implementation.</summary>
    public bool IsLite { get; init; }

    /// <summary>Proposed Ta in milliseconds (<c>a=ice-pacing</c>); null when not given, which means 50.</summary>
    public int? PacingMilliseconds { get; init; }

    /// <summary>Option tags (<c>a=ice-options</c>), for example "ice2" and "trickle".</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>A summary without secrets.</summary>
    public override string ToString() => $"IceDescription({Streams.Count} streams, {Streams.Sum(s => s.Candidates.Count)} candidates)";
}
