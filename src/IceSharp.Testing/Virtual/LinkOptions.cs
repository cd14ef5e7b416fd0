namespace IceSharp.Testing;

/// <summary>What happens to packets on a link, in each direction alike and each by itself.</summary>
/// <remarks>Immutable; replace the link of a node to change conditions during a run. A link without jitter and reordering keeps the order of packets.</remarks>
public sealed record LinkOptions
{
    /// <summary>The smallest MTU that a link may have: what IPv6 demands.</summary>
    public const int MinMtuBytes = 1280;

    /// <summary>A link that neither delays nor loses.</summary>
    public static LinkOptions Perfect { get; } = new();

    /// <summary>A link that is unplugged: loses everything.</summary>
    public static LinkOptions Down { get; } = new() { Loss = 1 };

    /// <summary>Time that every packet takes, one way.</summary>
    /// <value>Not negative; the default is zero.</value>
    public TimeSpan Delay { get; init => field = NotNegative(value, nameof(Delay)); }

    /// <summary>Upper limit of an additional delay that is drawn evenly for each packet; lets packets overtake each other.</summary>
    /// <value>Not negative; the default is zero.</value>
    public TimeSpan Jitter { get; init => field = NotNegative(value, nameof(Jitter)); }

    /// <summary>Share of packets that are lost, drawn for each one.</summary>
    /// <value>0 to 1; the default is 0.</value>
    public double Loss
    {
        get;
        init => field = value is >= 0 and <= 1 ? value : throw new ArgumentOutOfRangeException(nameof(Loss), value, "A loss lies between 0 and 1.");
    }

    /// <summary>Loss in bursts, on top of <see cref="Loss"/>.</summary>
    /// <value>Null, the default, is none.</value>
    public BurstLoss? Bursts { get; init; }

    /// <summary>Share of packets that are held back by <see cref="ReorderingDelay"/>, so that later ones overtake them.</summary>
    /// <value>0 to 1; the default is 0.</value>
    public double Reordering { get; init => field = BurstLoss.Share(value, nameof(Reordering)); }

    /// <summary>How long packets are held back.</summary>
    /// <value>Not negative; the default is 20 ms.</value>
    public TimeSpan ReorderingDelay { get; init => field = NotNegative(value, nameof(ReorderingDelay)); } = TimeSpan.FromMilliseconds(20);

    /// <summary>Share of datagrams that arrive twice; each copy has its own jitter. Streams see no duplicates anyway.</summary>
    /// <value>0 to 1; the default is 0.</value>
    public double Duplication { get; init => field = BurstLoss.Share(value, nameof(Duplication)); }

    /// <summary>How many bits a second the link takes, IP headers included; what comes faster queues up.</summary>
    /// <value>0, the default, is no limit.</value>
    public long BitsPerSecond
    {
        get;
        init => field = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(BitsPerSecond), value, "A rate is not negative.");
    }

    /// <summary>How many bytes may queue up in front of a link with a rate; more are dropped.</summary>
    /// <value>Not negative; the default is 65536.</value>
    public int QueueBytes
    {
        get;
        init => field = value >= 0 ? value : throw new ArgumentOutOfRangeException(nameof(QueueBytes), value, "A queue is not negative.");
    } = 65536;

    /// <summary>The largest IP packet that fits. A larger datagram is cut into fragments, or dropped with an ICMP error when it must not be (RFC 4787 §10).</summary>
    /// <value>At least <see cref="MinMtuBytes"/>; 0, the default, is no limit. Streams keep within it by themselves.</value>
    public int MtuBytes
    {
        get;
        init => field = value is 0 or >= MinMtuBytes ? value
            : throw new ArgumentOutOfRangeException(nameof(MtuBytes), value, $"An MTU is at least {MinMtuBytes} bytes, or 0 for no limit.");
    }

    /// <summary>Share of fragments that are lost on top of the other losses; a datagram that loses one is lost as a whole.</summary>
    /// <value>0 to 1; the default is 0. With 1 nothing fragmented gets through.</value>
    public double FragmentLoss { get; init => field = BurstLoss.Share(value, nameof(FragmentLoss)); }

    private static TimeSpan NotNegative(TimeSpan value, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero, name);
        return value;
    }
}
