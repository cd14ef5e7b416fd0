using IceSharp.Protocol.Nat;

namespace IceSharp;

/// <summary>What a <see cref="NatProbe"/> observed, and when: another hour may give something else (RFC 5780 §4).</summary>
/// <remarks>Immutable and thread safe.</remarks>
/// <param name="Report">The observations with their evidence.</param>
/// <param name="StartedAt">When the probe began, on the clock of the options.</param>
/// <param name="Duration">How long it took.</param>
public sealed record NatProbeResult(NatReport Report, DateTimeOffset StartedAt, TimeSpan Duration)
{
    /// <summary>The summary, and a line for each test.</summary>
    public override string ToString() => Report.ToString();
}
