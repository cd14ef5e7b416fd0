namespace IceSharp.Testing;

/// <summary>A scenario contradicts itself; the message names the line to mend.</summary>
public sealed class ScenarioException : ArgumentException
{
    internal ScenarioException(ScenarioStatement statement, string reason)
        : base($"{statement}: {reason}") => Statement = statement;

    /// <summary>The statement that cannot be.</summary>
    public ScenarioStatement Statement { get; }
}
