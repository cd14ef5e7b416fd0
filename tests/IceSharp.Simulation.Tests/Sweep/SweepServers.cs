namespace IceSharp.Simulation.Tests.Sweep;

/// <summary>Which servers a peer is told of.</summary>
public enum SweepServers
{
    None,
    Stun,
    Turn,
    Both,
}
