namespace IceSharp.Testing;

/// <summary>What came of a replay.</summary>
public sealed record ReplayResult
{
    /// <summary>Whether every output was the recorded one, byte for byte.</summary>
    public bool IsSame => Difference is null;

    /// <summary>The first difference, in one sentence; null when there is none.</summary>
    public string? Difference { get; init; }

    /// <summary>Whether the recording ends in the middle of a step, as that of a process that died.</summary>
    public bool IsCutOff { get; init; }

    /// <summary>Number of the entry at which the difference showed, from 0; the number of entries when there is none.</summary>
    public required int Entry { get; init; }

    /// <summary>Datagrams compared.</summary>
    public int Datagrams { get; init; }

    /// <summary>Facts and host requests compared.</summary>
    public int Facts { get; init; }
}
