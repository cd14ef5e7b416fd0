using IceSharp.Protocol;

namespace IceSharp;

/// <summary>What a controlling agent knows about a component that has a valid pair and no nominated one.</summary>
/// <remarks>Immutable and thread safe.</remarks>
public sealed record NominationEvidence
{
    /// <summary>Index of the data stream.</summary>
    public required int Stream { get; init; }

    /// <summary>Component, 1 to 256.</summary>
    public required int Component { get; init; }

    /// <summary>The valid pair of highest priority.</summary>
    public required IceCandidatePairInfo Best { get; init; }

    /// <summary>When the first pair of the component became valid.</summary>
    public required MonotonicTime ValidSince { get; init; }

    /// <summary>When the last better pair counts as decided, should all stay silent (ADR 0002); in the past when none is undecided.</summary>
    public required MonotonicTime CompleteAt { get; init; }

    /// <summary>R: the longest round trip measured so far.</summary>
    public required TimeSpan LongestRoundTrip { get; init; }
}
