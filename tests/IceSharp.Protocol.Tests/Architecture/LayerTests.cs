using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Tests.Architecture;

/// <summary>Inside the core arrows point downwards: the agent uses TURN, TURN uses STUN, STUN uses the values.</summary>
public sealed class LayerTests
{
    // The public words of an application ("IceSharp") are values too; those that parse themselves reach into SDP.
    private static readonly Dictionary<string, string[]> Below = new()
    {
        ["IceSharp.Protocol"] = [],
        ["IceSharp.Protocol.Framing"] = ["IceSharp.Protocol"],
        ["IceSharp.Protocol.Stun"] = ["IceSharp.Protocol"],
        ["IceSharp.Protocol.Nat"] = ["IceSharp.Protocol", "IceSharp.Protocol.Stun"],
        ["IceSharp.Protocol.Turn"] = ["IceSharp.Protocol", "IceSharp.Protocol.Stun", "IceSharp.Protocol.Framing"],
        ["IceSharp.Protocol.Dns"] = ["IceSharp.Protocol"],
        ["IceSharp.Protocol.Discovery"] = ["IceSharp.Protocol", "IceSharp.Protocol.Stun", "IceSharp.Protocol.Dns"],
        ["IceSharp.Protocol.Sdp"] = ["IceSharp.Protocol", "IceSharp"],
        ["IceSharp.Protocol.Diagnostics"] = ["IceSharp.Protocol", "IceSharp"],
        ["IceSharp"] = ["IceSharp.Protocol", "IceSharp.Protocol.Sdp"],
        ["IceSharp.Protocol.Agent"] =
        [
            "IceSharp.Protocol", "IceSharp", "IceSharp.Protocol.Stun", "IceSharp.Protocol.Turn", "IceSharp.Protocol.Framing", "IceSharp.Protocol.Sdp",
            "IceSharp.Protocol.Discovery", "IceSharp.Protocol.Diagnostics",
        ],
    };

    [Fact]
    public void Every_namespace_belongs_to_a_layer() =>
        Types().Select(t => t.Namespace!).Distinct().Where(n => Layer(n) is null).Should().BeEmpty();

    [Fact]
    public void No_layer_uses_one_above_it()
    {
        List<string> arrows = [];
        foreach (Type type in Types())
        {
            string from = Layer(type.Namespace!)!;
            foreach (Type used in TypeUsage.Of(type).Where(u => u.Assembly == type.Assembly && u.Namespace is not null))
            {
                string to = Layer(used.Namespace!)!;
                if (to != from && !Below[from].Contains(to))
                {
                    arrows.Add($"{type.FullName} -> {used.FullName}");
                }
            }
        }

        arrows.Distinct().Order(StringComparer.Ordinal).Should().BeEmpty();
    }

    [Fact]
    public void The_walk_sees_signatures_fields_and_bodies() =>
        TypeUsage.Of(typeof(Witness)).Should().Contain([typeof(StunWriter), typeof(StunMethod), typeof(StunTransactionId), typeof(TransportAddress)]);

    private static IEnumerable<Type> Types() =>
        typeof(StunReader).Assembly.GetTypes().Where(t => t.Namespace is { } n && n.StartsWith("IceSharp", StringComparison.Ordinal));

    // The longest layer whose name the namespace begins with: Stun.Transactions is part of Stun.
    private static string? Layer(string @namespace) =>
        Below.Keys.Where(l => @namespace == l || (l is not ("IceSharp" or "IceSharp.Protocol") && @namespace.StartsWith(l + ".", StringComparison.Ordinal)))
            .MaxBy(l => l.Length);

    private sealed class Witness
    {
        private StunMethod _field;

        public int Signature(TransportAddress address)
        {
            var writer = new StunWriter(new byte[20], _field++, default, default(StunTransactionId));
            return writer.Length + address.Port;
        }
    }
}
