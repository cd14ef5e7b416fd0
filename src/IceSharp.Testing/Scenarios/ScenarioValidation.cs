using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>Finds what contradicts itself in a scenario before it runs, and names the statement.</summary>
internal static class ScenarioValidation
{
    public static void Validate(Scenario scenario)
    {
        Dictionary<string, ScenarioNode> nodes = new(StringComparer.Ordinal);
        foreach (ScenarioNode node in scenario.Nodes)
        {
            Require(node.Name.Length > 0, node.Statement, "it has no name");
            Require(nodes.TryAdd(node.Name, node), node.Statement, $"the name is taken by {nodes[node.Name].Statement}");
        }

        ValidatePlaces(scenario.Nodes, nodes);
        ValidateAddresses(scenario.Nodes);
        ValidatePeers(scenario, nodes);
        ValidateTimes(scenario, nodes);
    }

    private static void ValidatePlaces(IReadOnlyList<ScenarioNode> all, Dictionary<string, ScenarioNode> nodes)
    {
        foreach (ScenarioNode node in all)
        {
            if (node.InterfaceOf is { } host)
            {
                RequireNode(nodes, host, k => k == ScenarioNodeKind.Host, "host", node.Statement);
            }

            HashSet<string> seen = [node.Name];
            for (ScenarioNode at = node; at.Behind is { } nat; at = nodes[nat])
            {
                RequireNode(nodes, nat, k => k == ScenarioNodeKind.Nat, "NAT", at.Statement);
                Require(seen.Add(nat), node.Statement, $"it stands behind itself: {string.Join(" behind ", seen.Append(nat).Select(n => $"\"{n}\""))}");
            }
        }
    }

    private static void ValidateAddresses(IReadOnlyList<ScenarioNode> all)
    {
        Dictionary<(string Segment, IpAddress Address), ScenarioNode> taken = [];
        foreach (ScenarioNode node in all)
        {
            Require(IpAddress.TryParse(node.Address, out IpAddress address), node.Statement, $"\"{node.Address}\" is no IPv4 or IPv6 address");
            (string Segment, IpAddress Address) place = (node.Behind ?? string.Empty, address);
            Require(taken.TryAdd(place, node), node.Statement, $"{address} is taken {(node.Behind is null ? "on the internet" : $"behind \"{node.Behind}\"")} by {(taken.TryGetValue(place, out ScenarioNode? other) ? $"{other.Statement}" : string.Empty)}");
        }
    }

    private static void ValidatePeers(Scenario scenario, Dictionary<string, ScenarioNode> nodes)
    {
        Dictionary<string, ScenarioPeer> peers = new(StringComparer.Ordinal);
        foreach (ScenarioPeer peer in scenario.Peers)
        {
            Require(peers.TryAdd(peer.Name, peer), peer.Statement, $"the name is taken by {peers.GetValueOrDefault(peer.Name)?.Statement}");
            RequireNode(nodes, peer.Host, k => k == ScenarioNodeKind.Host, "host", peer.Statement);
            foreach (string server in peer.Servers)
            {
                RequireNode(nodes, server, IsServer, "server", peer.Statement);
            }
        }

        void RequirePeer(string name, ScenarioStatement statement) =>
            Require(peers.ContainsKey(name), statement, $"there is no peer \"{name}\"; there are {Names(peers.Keys)}");

        HashSet<string> busy = [];
        foreach (ScenarioCall call in scenario.Calls)
        {
            foreach (string name in new[] { call.Offerer, call.Answerer })
            {
                RequirePeer(name, call.Statement);
                Require(busy.Add(name), call.Statement, $"\"{name}\" is in a call already; an agent has one peer");
            }
        }

        foreach (ScenarioEvent happening in scenario.Events)
        {
            if (happening.Peer is { } name)
            {
                RequirePeer(name, happening.Statement);
            }
        }

        foreach (ScenarioExpectation expectation in scenario.Expectations)
        {
            foreach (string name in expectation.Peers)
            {
                RequirePeer(name, expectation.Statement);
                Require(busy.Contains(name), expectation.Statement, $"\"{name}\" is in no call");
            }
        }
    }

    private static void ValidateTimes(Scenario scenario, Dictionary<string, ScenarioNode> nodes)
    {
        void RequireTime(TimeSpan at, ScenarioStatement statement)
        {
            Require(at >= TimeSpan.Zero, statement, $"it lies in the past: {at.TotalSeconds} s from the beginning");
            Require(at <= scenario.Duration, statement, $"it lies after the end: the scenario lasts {scenario.Duration.TotalSeconds} s (see Lasts)");
        }

        foreach (ScenarioCall call in scenario.Calls)
        {
            RequireTime(call.At, call.Statement);
            Require(call.SignallingDelay >= TimeSpan.Zero, call.Statement, "signalling travels back in time");
        }

        foreach (ScenarioEvent happening in scenario.Events)
        {
            RequireTime(happening.At, happening.Statement);
            if (happening.Target is { } target)
            {
                (Func<ScenarioNodeKind, bool> fits, string what) = target.Kind switch
                {
                    ScenarioNodeKind.Nat => ((Func<ScenarioNodeKind, bool>)(k => k == ScenarioNodeKind.Nat), "NAT"),
                    ScenarioNodeKind.Host => (k => k == ScenarioNodeKind.Host, "host"),
                    _ => (IsServer, "server"),
                };
                RequireNode(nodes, target.Name, fits, what, happening.Statement);
            }
        }

        foreach (ScenarioExpectation expectation in scenario.Expectations)
        {
            RequireTime(expectation.At ?? TimeSpan.Zero, expectation.Statement);
        }
    }

    private static bool IsServer(ScenarioNodeKind kind) => kind is ScenarioNodeKind.StunServer or ScenarioNodeKind.TurnServer;

    private static void RequireNode(Dictionary<string, ScenarioNode> nodes, string name, Func<ScenarioNodeKind, bool> fits, string what, ScenarioStatement statement) =>
        Require(
            nodes.TryGetValue(name, out ScenarioNode? node) && fits(node.Kind) && node.InterfaceOf is null,
            statement,
            $"there is no {what} \"{name}\"; there are {Names(nodes.Values.Where(n => fits(n.Kind) && n.InterfaceOf is null).Select(n => n.Name))}");

    private static string Names(IEnumerable<string> names) => string.Join(", ", names.Select(n => $"\"{n}\"").DefaultIfEmpty("none"));

    private static void Require(bool holds, ScenarioStatement statement, string reason)
    {
        if (!holds)
        {
            throw new ScenarioException(statement, reason);
        }
    }
}
