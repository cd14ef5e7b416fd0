namespace IceSharp.Testing;

/// <summary>Something that happens at a time, as it was stated.</summary>
internal sealed record ScenarioEvent(TimeSpan At, Action<ScenarioWorld> Action, ScenarioStatement Statement)
{
    /// <summary>The node that it happens to; null where the scenario cannot know.</summary>
    public (ScenarioNodeKind Kind, string Name)? Target { get; init; }

    /// <summary>The peer that it happens to; null for none.</summary>
    public string? Peer { get; init; }
}
