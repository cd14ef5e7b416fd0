namespace IceSharp.Protocol.Discovery;

/// <summary>One thing that the driver of <see cref="StaggeredAttempts"/> has to do.</summary>
/// <param name="Index">The attempt, from 0 on, in the order of preference.</param>
/// <param name="Action">What to do.</param>
public readonly record struct AttemptStep(int Index, AttemptAction Action);
