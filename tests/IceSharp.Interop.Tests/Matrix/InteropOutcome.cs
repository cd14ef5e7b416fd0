namespace IceSharp.Interop.Tests.Matrix;

/// <summary>What came of a session.</summary>
/// <param name="TimeToConnected">From both descriptions being known to both sides being connected.</param>
/// <param name="Ours">The pairs our side uses, a component each.</param>
/// <param name="Theirs">The pairs the other side uses.</param>
internal sealed record InteropOutcome(TimeSpan TimeToConnected, IReadOnlyList<SelectedPair> Ours, IReadOnlyList<SelectedPair> Theirs);
