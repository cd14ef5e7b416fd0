using IceSharp.Protocol;
using IceSharp.Protocol.Stun.Client;
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

    /// <summary>Whether an IPv6 relayed address is asked for beside the IPv4 one; off by default. Not with <see cref="RelayedFamily"/>. What the server cannot give is left out: look at <see cref="TurnAllocation.RelayedAddresses"/>.</summary>
    public bool BothFamilies { get; init; }

    /// <summary>What is asked of the relayed port: an even one, and the next one reserved, for RTP and RTCP; nothing by default.</summary>
    public TurnPortDemand Ports { get; init; }

    /// <summary>The token of a port that another allocation reserved (<see cref="TurnAllocation.ReservationToken"/>), to be taken within 30 s; null, the default, for any port.</summary>
    public TurnReservationToken? ReservationToken { get; init; }

    /// <summary>What the server speaks with peers: datagrams by default, or TCP connections (RFC 6062), which need TCP or TLS to the server.</summary>
    public TurnRelayProtocol RelayProtocol { get; init; }

    /// <summary>Whether a ticket is asked for, so that the allocation can move when the client's address changes (RFC 8016): <see cref="TurnAllocation.MoveAsync"/>. Off by default.</summary>
    public bool UsesMobility { get; init; }

    /// <summary>Whether a new allocation is made when the server has lost this one: <see cref="TurnAllocation.Reallocated"/> tells its address.</summary>
    /// <value>The default is true.</value>
    public bool Reallocates { get; init; } = true;

    /// <summary>Whether a server that would see the user's name readable gets none, and allocating fails instead; off by default (RFC 8656 §21.1.6).</summary>
    public bool RequiresUsernameAnonymity { get; init; }

    /// <exception cref="ArgumentException">A setting lies outside its range.</exception>
    internal TurnAllocationSettings ToSettings(TurnClientOptions client, StunLinkKind link, bool isLinkSecure) => new()
    {
        Link = link,
        IsLinkSecure = isLinkSecure,
        Retransmission = client.Retransmission,
        Software = client.Software,
        RelayedFamily = RelayedFamily,
        BothFamilies = BothFamilies,
        Ports = Ports,
        ReservationToken = ReservationToken,
        RelayProtocol = RelayProtocol,
        UsesMobility = UsesMobility,
        UsesAccessTokens = client.FetchAccessToken is not null,
        RotatesCredentials = client.RenewCredential is not null,
        Reallocates = Reallocates,
        RequestedLifetime = RequestedLifetime,
        DontFragment = DontFragment,
        RequiresUsernameAnonymity = RequiresUsernameAnonymity,
        MaxPermissions = MaxPeers,
    };
}
