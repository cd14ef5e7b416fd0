using IceSharp.Protocol;

namespace IceSharp;

/// <summary>Nominates the first valid pair after a wait: the shortest way to a nominated pair, at the price of a worse one.</summary>
public sealed class FirstValidNomination : IceNominationPolicy
{
    /// <summary>How long better pairs have after the first pair of the component became valid.</summary>
    /// <value>Zero or more; the default is zero.</value>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative.</exception>
    public TimeSpan Wait
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero, nameof(Wait));
            field = value;
        }
    }

    /// <inheritdoc />
    public override MonotonicTime NominateAt(NominationEvidence evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        return MonotonicTime.Min(evidence.CompleteAt, evidence.ValidSince + Wait);
    }
}
