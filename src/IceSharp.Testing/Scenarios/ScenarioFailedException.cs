namespace IceSharp.Testing;

/// <summary>A scenario ran and something was not as expected. The message holds the seed, the recordings and the timeline.</summary>
public sealed class ScenarioFailedException : Exception
{
    internal ScenarioFailedException(string message)
        : base(message)
    {
    }
}
