namespace IceSharp.Tests;

/// <summary>Tests that measure what the whole process shares: no other test runs beside them.</summary>
[CollectionDefinition(nameof(AloneCollection), DisableParallelization = true)]
public sealed class AloneCollection
{
}
