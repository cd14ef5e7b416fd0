using System.Diagnostics.CodeAnalysis;

namespace IceSharp.Testing;

/// <summary>An agent of a simulation broke an invariant: a defect of the agent, or of the test's own expectations of it.</summary>
[Experimental("ICE0001")]
public sealed class InvariantViolationException : Exception
{
    internal InvariantViolationException(IReadOnlyList<InvariantViolation> violations)
        : base(string.Join(Environment.NewLine, violations)) => Violations = violations;

    /// <summary>What was broken, first things first.</summary>
    public IReadOnlyList<InvariantViolation> Violations { get; }
}
