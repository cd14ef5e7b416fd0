namespace IceSharp.Testing;

/// <summary>Two peers that connect, as it was stated.</summary>
internal sealed record ScenarioCall(string Offerer, string Answerer, TimeSpan At, SignallingStyle Signalling, TimeSpan SignallingDelay, ScenarioStatement Statement);
