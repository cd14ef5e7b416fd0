using System.Diagnostics.CodeAnalysis;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;

namespace IceSharp.Testing;

/// <summary>What one input queues is bounded: a host that polls after each input never finds more than <see cref="Limit"/> outputs of a kind.</summary>
[Experimental("ICE0001")]
public sealed class BoundedQueues : AgentInvariant
{
    /// <summary>Most outputs of one kind after an input.</summary>
    public const int Limit = 4096;

    private readonly int[] _counts = new int[Enum.GetValues<AgentOutput>().Length];

    /// <inheritdoc/>
    public override string Rule => "queues are bounded";

    /// <inheritdoc/>
    public override void OnInput(MonotonicTime now) => Array.Clear(_counts);

    /// <inheritdoc/>
    public override void OnOutput(AgentOutput output)
    {
        if (++_counts[(int)output] == Limit + 1)
        {
            Violate($"more than {Limit} outputs of kind {output} after one input");
        }
    }
}
