namespace IceSharp;

/// <summary>An ICE restart would help a stream.</summary>
/// <param name="Mid">Identification of the data stream.</param>
/// <param name="Reason">One sentence for a developer.</param>
public sealed record IceRestartSuggestion(string Mid, string Reason);
