using IceSharp.Protocol.Stun.Transactions;

namespace IceSharp.Protocol.Turn;

/// <summary>Settings of a <see cref="TurnAllocationMachine"/>.</summary>
/// <remarks>Immutable and thread safe. A value outside its range throws <see cref="ArgumentOutOfRangeException"/> where it is set.</remarks>
public sealed record TurnAllocationSettings
{
    /// <summary>Retransmission of requests.</summary>
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
}
