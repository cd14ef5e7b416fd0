using System.Diagnostics.CodeAnalysis;
using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>An invariant that did not hold.</summary>
/// <param name="Agent">Name of the agent's host.</param>
/// <param name="At">When.</param>
/// <param name="Rule">What should have held.</param>
/// <param name="What">What happened instead.</param>
[Experimental("ICE0001")]
public sealed record InvariantViolation(string Agent, MonotonicTime At, string Rule, string What)
{
    /// <summary>One line for people.</summary>
    public override string ToString() => $"{At} {Agent}: {What} (rule: {Rule})";
}
