using IceSharp.Protocol;

namespace IceSharp;

/// <summary>Nominates the best valid pair as soon as no better pair is undecided: proven hopeless, or silent for as long as ADR 0002 gives it. The default policy.</summary>
public sealed class EvidenceNomination : IceNominationPolicy
{
    /// <inheritdoc />
    public override MonotonicTime NominateAt(NominationEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        return evidence.CompleteAt;
    }
}
