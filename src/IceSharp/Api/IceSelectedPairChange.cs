namespace IceSharp;

/// <summary>A component sends its data another way.</summary>
/// <param name="Mid">Identification of the data stream.</param>
/// <param name="Component">Component, 1 to 256.</param>
/// <param name="Pair">The pair that carries data from then on; null when none does.</param>
/// <param name="Previous">The pair that carried data before; null when none did.</param>
/// <param name="Reason">Why, one sentence for a developer.</param>
public sealed record IceSelectedPairChange(string Mid, int Component, IceCandidatePairInfo? Pair, IceCandidatePairInfo? Previous, string Reason);
