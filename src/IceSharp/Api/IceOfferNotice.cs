namespace IceSharp;

/// <summary>Another offer is due (RFC 8839 §4.3.4, §4.4.2).</summary>
/// <param name="Mid">Identification of the data stream.</param>
/// <param name="Why">Why.</param>
/// <param name="Reason">One sentence for a developer.</param>
public sealed record IceOfferNotice(string Mid, IceOfferReason Why, string Reason);
