namespace IceSharp.Testing;

/// <summary>What a <see cref="Firewall"/> lets through. Start from a preset and change what matters with <c>with</c>.</summary>
public sealed record FirewallRules
{
    /// <summary>Lets everything through, both ways: a plain router.</summary>
    public static FirewallRules Open { get; } = new() { AllowsInbound = true };

    /// <summary>Lets everything out, and in what answers it: the usual IPv6 home router (RFC 6092).</summary>
    public static FirewallRules Stateful { get; } = new();

    /// <summary>Lets streams out and no UDP: many an office.</summary>
    public static FirewallRules UdpBlocked { get; } = new() { AllowsUdp = false };

    /// <summary>Lets streams out to port 443 and nothing else.</summary>
    public static FirewallRules OnlyTcp443 { get; } = new() { AllowsUdp = false, AllowedTcpPorts = [443] };

    /// <summary>Whether UDP passes at all.</summary>
    /// <value>The default is true.</value>
    public bool AllowsUdp { get; init; } = true;

    /// <summary>The ports outside to which streams may be opened.</summary>
    /// <value>Null, the default, is all; empty is none.</value>
    public IReadOnlyList<ushort>? AllowedTcpPorts { get; init; }

    /// <summary>Whether those outside may begin; otherwise they can only answer.</summary>
    /// <value>The default is false.</value>
    public bool AllowsInbound { get; init; }

    /// <summary>Who counts as answering.</summary>
    /// <value>The default is <see cref="NatFilteringBehaviour.AddressAndPortDependent"/>: who was asked.</value>
    public NatFilteringBehaviour Filtering { get; init; } = NatFilteringBehaviour.AddressAndPortDependent;

    /// <summary>How long somebody outside may answer over UDP, after the last datagram of either side.</summary>
    /// <value>Longer than zero; the default is 2 min, the least that RFC 6092 allows.</value>
    public TimeSpan UdpFlowLifetime { get; init => field = Positive(value); } = TimeSpan.FromMinutes(2);

    /// <summary>The same for streams.</summary>
    /// <value>Longer than zero; the default is 2 h 4 min (RFC 6092 §3.3.1).</value>
    public TimeSpan TcpFlowLifetime { get; init => field = Positive(value); } = TimeSpan.FromMinutes(124);

    /// <summary>Whether it says what it forbids: ICMP to datagrams, a reset to streams. Otherwise they vanish.</summary>
    /// <value>The default is false.</value>
    public bool Rejects { get; init; }

    private static TimeSpan Positive(TimeSpan value)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero);
        return value;
    }
}
