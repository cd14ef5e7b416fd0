namespace IceSharp;

/// <summary>One data stream in <see cref="IceAgentStatistics"/>.</summary>
/// <remarks>Immutable and thread safe.</remarks>
/// <param name="Mid">Identification of the stream.</param>
/// <param name="Candidates">The candidates of both sides in the session in force: own ones first.</param>
/// <param name="Pairs">The pairs of its checklist and valid list, best first.</param>
public sealed record IceStreamStatistics(string Mid, IReadOnlyList<IceCandidateStatistics> Candidates, IReadOnlyList<IceCandidatePairStatistics> Pairs);
