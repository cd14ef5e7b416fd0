namespace IceSharp.Interop.Tests.Processes;

/// <summary>Tests of whole calls between processes run one after the other: which path wins depends on both sides getting the processor when their turn comes.</summary>
[CollectionDefinition(nameof(CallCollection), DisableParallelization = true)]
public sealed class CallCollection
{
}
