using IceSharp.Protocol.Stun.Client;
using IceSharp.Protocol.Stun.Transactions;

namespace IceSharp.Protocol.Turn;

/// <summary>Settings of a <see cref="TurnAllocationMachine"/>.</summary>
/// <remarks>Immutable and thread safe. A value outside its range throws <see cref="ArgumentOutOfRangeException"/> where it is set.</remarks>
public sealed record TurnAllocationSettings
{
    /// <summary>What carries the messages to the server; datagrams by default.</summary>
    /// <remarks>On a stream requests are sent once, ChannelData is padded to a multiple of 4, and the caller cuts what it reads with a <see cref="Framing.StreamFramer"/>.</remarks>
    public StunLinkKind Link { get; init; }

    /// <summary>Whether the link is encrypted, TLS or DTLS; false by default. <see cref="UsesMobility"/> without credentials wants it (RFC 8016 §5).</summary>
    public bool IsLinkSecure { get; init; }

    /// <summary>Ti: how long a response on a stream is waited for (RFC 8489 §6.2.2); that of a Connect at least 39.5 s.</summary>
    /// <value>More than zero, up to 10 min; the default is 39.5 s.</value>
    public TimeSpan StreamTimeout
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value, TimeSpan.Zero, nameof(StreamTimeout));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, TimeSpan.FromMinutes(10), nameof(StreamTimeout));
            field = value;
        }
    }
    = TimeSpan.FromSeconds(39.5);

    /// <summary>Retransmission of requests over datagrams.</summary>
    public StunRetransmissionSettings Retransmission { get; init; } = new();

    /// <summary>Text of the SOFTWARE attribute of Allocate and Refresh, at most 127 characters; null, the default, leaves it out.</summary>
    public string? Software { get; init; }

    /// <summary>Lifetime to ask for, in whole seconds; null, the default, takes the server's 600 s. What the server grants counts (RFC 8656 §7.1).</summary>
    /// <value>600 s to 2^32 - 1 s.</value>
    public TimeSpan? RequestedLifetime
    {
        get;
        init
        {
            if (value is { } lifetime)
            {
                ArgumentOutOfRangeException.ThrowIfLessThan(lifetime, TimeSpan.FromSeconds(600), nameof(RequestedLifetime));
                ArgumentOutOfRangeException.ThrowIfGreaterThan(lifetime, TimeSpan.FromSeconds(uint.MaxValue), nameof(RequestedLifetime));
            }

            field = value;
        }
    }

    /// <summary>Family of the relayed address to ask for; <see cref="IpFamily.None"/>, the default, leaves it to the server, which then takes IPv4 (RFC 8656 §7.2).</summary>
    public IpFamily RelayedFamily { get; init; }

    /// <summary>Whether an IPv6 relayed address is asked for beside the IPv4 one; off by default. Not with a <see cref="RelayedFamily"/>, a <see cref="ReservationToken"/> or <see cref="TurnPortDemand.EvenAndNext"/> (RFC 8656 §7.1).</summary>
    public bool BothFamilies { get; init; }

    /// <summary>What is asked of the relayed port; nothing by default. Not with a <see cref="ReservationToken"/>.</summary>
    public TurnPortDemand Ports { get; init; }

    /// <summary>The token of the port to take, which another allocation reserved; null, the default, for any. Not with a <see cref="RelayedFamily"/> (RFC 8656 §7.1).</summary>
    public TurnReservationToken? ReservationToken { get; init; }

    /// <summary>What the server speaks with peers; UDP by default. TCP wants a stream, and none of <see cref="DontFragment"/>, <see cref="Ports"/>, <see cref="ReservationToken"/> (RFC 6062 §4.1).</summary>
    public TurnRelayProtocol RelayProtocol { get; init; }

    /// <summary>Whether a ticket is asked for, so that the allocation can move with the client to another address; off by default (RFC 8016).</summary>
    public bool UsesMobility { get; init; }

    /// <summary>Whether the host can get access tokens; off by default. A server that offers third-party authorization is then asked with a token in place of user and password (RFC 7635).</summary>
    public bool UsesAccessTokens { get; init; }

    /// <summary>Whether the host is asked for a new credential when the server takes the old one no longer, once for each request; off by default.</summary>
    public bool RotatesCredentials { get; init; }

    /// <summary>Whether a new allocation takes the place of one that is lost: <see cref="TurnEventKind.Reallocated"/> tells its address, permissions and channels are asked for again. Off by default.</summary>
    public bool Reallocates { get; init; }

    /// <summary>Whether relayed datagrams ask not to be fragmented, where the server can; off by default (RFC 8656 §14).</summary>
    public bool DontFragment { get; init; }

    /// <summary>Whether a server that does not take USERHASH gets no user name at all, and allocating fails instead; off by default (RFC 8656 §21.1.6).</summary>
    public bool RequiresUsernameAnonymity { get; init; }

    /// <summary>Most peers that permissions are asked for at a time.</summary>
    /// <value>1 to 1000; the default is 128.</value>
    public int MaxPermissions
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(MaxPermissions));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 1000, nameof(MaxPermissions));
            field = value;
        }
    }
    = 128;

    /// <summary>Most channels at a time, and how many channel numbers are used, from 0x4000 on. A channel that has ended counts for five more minutes (RFC 8656 §12).</summary>
    /// <value>1 to 4096; the default is 128.</value>
    public int MaxChannels
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, nameof(MaxChannels));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 4096, nameof(MaxChannels));
            field = value;
        }
    }
    = 128;

    /// <summary>Throws when one setting forbids another.</summary>
    internal void Check(bool hasCredential, string parameter)
    {
        string? problem = this switch
        {
            { ReservationToken: not null, RelayedFamily: not IpFamily.None } => "A reservation has a family already: RelayedFamily does not go with ReservationToken",
            { ReservationToken: not null, Ports: not TurnPortDemand.Any } => "A reservation has a port already: Ports does not go with ReservationToken",
            { ReservationToken: not null, BothFamilies: true } => "A reservation has a family already: BothFamilies does not go with ReservationToken",
            { BothFamilies: true, RelayedFamily: not IpFamily.None } => "BothFamilies does not go with RelayedFamily",
            { BothFamilies: true, Ports: TurnPortDemand.EvenAndNext } => "No port is reserved beside addresses of both families",
            { RelayProtocol: TurnRelayProtocol.Tcp, Link: StunLinkKind.Datagram } => "TCP allocations want a stream to the server",
            { RelayProtocol: TurnRelayProtocol.Tcp, DontFragment: true } => "TCP allocations know no DontFragment",
            { RelayProtocol: TurnRelayProtocol.Tcp, Ports: not TurnPortDemand.Any } or { RelayProtocol: TurnRelayProtocol.Tcp, ReservationToken: not null } => "TCP allocations know neither Ports nor ReservationToken",
            { UsesMobility: true, UsesAccessTokens: false, IsLinkSecure: false } when !hasCredential => "Mobility wants credentials or an encrypted link (RFC 8016 §5)",
            _ => null,
        };
        if (problem is not null)
        {
            throw new ArgumentException($"{problem}.", parameter);
        }
    }
}
