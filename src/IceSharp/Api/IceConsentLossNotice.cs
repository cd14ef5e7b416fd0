namespace IceSharp;

/// <summary>A component may not send on its pair any more (RFC 7675 §5).</summary>
/// <param name="Mid">Identification of the data stream.</param>
/// <param name="Component">Component, 1 to 256.</param>
/// <param name="Pair">The pair as it was.</param>
/// <param name="Loss">Why.</param>
/// <param name="LastResponseAt">When the last authenticated response arrived on the pair.</param>
public sealed record IceConsentLossNotice(string Mid, int Component, IceCandidatePairInfo Pair, IceConsentLoss Loss, DateTimeOffset LastResponseAt);
