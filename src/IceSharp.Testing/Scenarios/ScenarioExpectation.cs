namespace IceSharp.Testing;

/// <summary>What has to hold at a time, as it was stated.</summary>
/// <param name="At">When; null is the end.</param>
/// <param name="Judge">Says in a sentence what does not hold; null when it does.</param>
/// <param name="Statement">The statement.</param>
internal sealed record ScenarioExpectation(TimeSpan? At, Func<ScenarioWorld, string?> Judge, ScenarioStatement Statement)
{
    /// <summary>Peers that it is about.</summary>
    public IReadOnlyList<string> Peers { get; init; } = [];
}
