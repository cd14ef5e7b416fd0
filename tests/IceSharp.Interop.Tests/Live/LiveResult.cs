namespace IceSharp.Interop.Tests.Live;

/// <summary>What came of all runs of a cell.</summary>
internal sealed record LiveResult(LiveCell Cell, IReadOnlyList<LiveOutcome> Outcomes, IReadOnlyList<string> Failures);
