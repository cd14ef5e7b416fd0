namespace IceSharp;

/// <summary>A change of an agent's connection state.</summary>
/// <param name="Previous">The state before.</param>
/// <param name="State">The state from then on.</param>
/// <param name="Reason">One sentence for a developer.</param>
public sealed record IceStateChange(IceConnectionState Previous, IceConnectionState State, string Reason);
