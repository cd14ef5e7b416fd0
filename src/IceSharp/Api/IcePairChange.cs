namespace IceSharp;

/// <summary>A change of a candidate pair.</summary>
/// <param name="Mid">Identification of the data stream.</param>
/// <param name="Pair">The pair as it is from then on.</param>
/// <param name="Previous">The state before.</param>
/// <param name="Reason">One sentence for a developer.</param>
public sealed record IcePairChange(string Mid, IceCandidatePairInfo Pair, IceCandidatePairState Previous, string Reason);
