namespace IceSharp.Testing;

/// <summary>A host, NAT or server of a scenario, as it was stated.</summary>
internal sealed record ScenarioNode(ScenarioNodeKind Kind, string Name, string Address, string? Behind, ScenarioStatement Statement)
{
    public LinkOptions? Link { get; init; }

    public NatBehaviour? Behaviour { get; init; }

    public StunTurnServerOptions? Server { get; init; }

    /// <summary>The host that an additional interface belongs to; null for a node of its own.</summary>
    public string? InterfaceOf { get; init; }
}
