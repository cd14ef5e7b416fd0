namespace IceSharp.Testing;

/// <summary>What stands in the topology of a scenario.</summary>
internal enum ScenarioNodeKind
{
    Host,
    Nat,
    StunServer,
    TurnServer,
}
