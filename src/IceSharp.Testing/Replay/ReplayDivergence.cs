namespace IceSharp.Testing;

/// <summary>Ends a replay at its first difference, from however deep in the machine.</summary>
internal sealed class ReplayDivergence(string difference) : Exception(difference)
{
    /// <summary>Whether the recording ends in the middle of a step: cut off, and no difference.</summary>
    public bool IsCutOff { get; init; }
}
