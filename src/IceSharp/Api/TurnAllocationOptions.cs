using IceSharp.Protocol;
using IceSharp.Protocol.Turn;

namespace IceSharp;

/// <summary>What a <see cref="TurnClient"/> asks a server for.</summary>
/// <remarks>Immutable and thread safe.</remarks>
public sealed record TurnAllocationOptions
{
    /// <summary>Family of the relayed address.</summary>
    /// <value><see cref="IpFamily.IPv4"/>, <see cref="IpFamily.IPv6"/>, or <see cref="IpFamily.None"/>, the default, which leaves it to the server: it then takes IPv4 (RFC 8656 §7.2).</value>
    public IpFamily RelayedFamily { get; init; }

    /// <summary>Lifetime to ask for, in whole seconds; null, the default, takes the server's 600 s. It is refreshed in time whatever it is.</summary>
    /// <value>600 s to 2^32 - 1 s.</value>
    public TimeSpan? RequestedLifetime { get; init; }

    /// <summary>Whether relayed datagrams ask not to be fragmented, where the server can; off by default (RFC 8656 §14). Data then goes in Send indications, 36 bytes and more each.</summary>
    public bool DontFragment { get; init; }

    /// <summary>Whether channels are bound, which spare 32 bytes and more a datagram.</summary>
    /// <value>The default is true.</value>
    public bool UseChannels { get; init; } = true;

    /// <summary>Most peer addresses that permissions are kept for at a time.</summary>
    /// <value>1 to 1000; the default is 128.</value>
    public int MaxPeers { get; init; } = 128;

    /// <exception cref="ArgumentException">A setting lies outside its range.</exception>
    internal TurnAllocationSettings ToSettings(TurnClientOptions client) => new()
    {
        Retransmission = client.Retransmission,
        Software = client.Software,
        RelayedFamily = RelayedFamily,
        RequestedLifetime = RequestedLifetime,
        DontFragment = DontFragment,
        MaxPermissions = MaxPeers,
    };
}
