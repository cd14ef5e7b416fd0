namespace IceSharp.Protocol.Nat;

/// <summary>What a test series wants done next; the series goes on when it is.</summary>
internal abstract record NatStep;

/// <summary>Opens a socket on a fresh port.</summary>
internal sealed record OpenStep(NatSocket Socket) : NatStep;

/// <summary>Lets time pass without traffic.</summary>
internal sealed record IdleStep(TimeSpan Time) : NatStep;
