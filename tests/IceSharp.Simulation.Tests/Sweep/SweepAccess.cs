using IceSharp.Protocol.Stun;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Sweep;

/// <summary>How a peer gets out of its network: the firewall in front of it, and how it reaches its TURN server.</summary>
public sealed record SweepAccess
{
    private const double ShareThatBlocks = 0.15, ShareThatIsStateful = 0.1, ShareOfStreams = 0.1, ShareWithoutStreams = 0.2;

    /// <summary>Null is no firewall.</summary>
    public required FirewallRules? Firewall { get; init; }

    /// <summary>By what the TURN server is reached, in this order.</summary>
    public required IReadOnlyList<StunUriTransport> Transports { get; init; }

    public bool UsesStreams => Transports[^1] != StunUriTransport.Udp;

    /// <summary>Whether gathering waits in vain for somebody.</summary>
    public bool IsBlocked => Firewall is { AllowsUdp: false };

    public static SweepAccess Draw(SeededRandomSource random)
    {
        double kind = random.NextDouble();
        bool rejects = random.NextInt32(2) == 0;
        FirewallRules? rules = kind switch
        {
            < ShareThatBlocks / 2 => FirewallRules.UdpBlocked with { Rejects = rejects },
            < ShareThatBlocks => FirewallRules.OnlyTcp443 with { Rejects = rejects },
            < ShareThatBlocks + ShareThatIsStateful => FirewallRules.Stateful with { Filtering = (NatFilteringBehaviour)random.NextInt32(3) },
            _ => null,
        };
        bool streams = random.NextDouble() < (rules is { AllowsUdp: false } ? 1 - ShareWithoutStreams : ShareOfStreams);
        StunUriTransport[] over = !streams ? [StunUriTransport.Udp] : random.NextInt32(3) switch
        {
            0 => [StunUriTransport.Tcp],
            1 => [StunUriTransport.Udp, StunUriTransport.Tcp],
            _ => [StunUriTransport.Tls],
        };
        return new SweepAccess { Firewall = rules, Transports = over };
    }

    public override string ToString() =>
        $"{(Firewall switch { null => "open", { AllowedTcpPorts: not null } => "only TCP 443", { AllowsUdp: false } => "no UDP", _ => $"stateful {Firewall.Filtering}" })}, TURN over {string.Join(" or ", Transports)}";
}
