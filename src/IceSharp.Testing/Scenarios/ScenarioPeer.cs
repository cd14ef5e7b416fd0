using IceSharp.Protocol.Agent;

namespace IceSharp.Testing;

/// <summary>An agent of a scenario, as it was stated.</summary>
internal sealed record ScenarioPeer(string Name, string Host, IReadOnlyList<string> Servers, Func<IceAgentMachineOptions, IceAgentMachineOptions>? Configure, ScenarioStatement Statement);
