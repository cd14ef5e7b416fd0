namespace IceSharp;

/// <summary>One candidate pair in a report.</summary>
/// <param name="Mid">Identification of the data stream.</param>
/// <param name="Pair">The pair as it stood.</param>
/// <param name="Reason">Why it is in its state, one sentence for a developer; null when nothing has happened to it.</param>
public sealed record IcePairReport(string Mid, IceCandidatePairInfo Pair, string? Reason)
{
    /// <summary>The line as text.</summary>
    public override string ToString() => Reason is null ? $"{Mid}: {Pair}" : $"{Mid}: {Pair}: {Reason}";
}
