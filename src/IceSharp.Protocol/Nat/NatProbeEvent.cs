namespace IceSharp.Protocol.Nat;

/// <summary>Something that happened in a <see cref="NatProbeMachine"/>.</summary>
public abstract record NatProbeEvent;

/// <summary>A test has ended.</summary>
/// <param name="Record">What was seen.</param>
public sealed record NatTestFinished(NatTestRecord Record) : NatProbeEvent;

/// <summary>The probe has ended; the last event.</summary>
/// <param name="Report">What was observed.</param>
public sealed record NatProbeFinished(NatReport Report) : NatProbeEvent;
