namespace IceSharp.Testing;

/// <summary>Loss that comes in bursts, after Gilbert and Elliott: a link is good or bad, may change with each packet, and loses a share of its packets in each state.</summary>
/// <remarks>In the long run it is bad for Enter / (Enter + Leave) of all packets, and a burst lasts 1 / Leave packets on average.</remarks>
/// <param name="Enter">Chance that a good link turns bad with a packet, 0 to 1.</param>
/// <param name="Leave">Chance that a bad link turns good with a packet, more than 0, up to 1.</param>
public sealed record BurstLoss(double Enter, double Leave)
{
    /// <summary>Chance that a good link turns bad with a packet.</summary>
    public double Enter { get; init => field = Share(value, nameof(Enter)); } = Share(Enter, nameof(Enter));

    /// <summary>Chance that a bad link turns good with a packet.</summary>
    public double Leave { get; init => field = NotNever(value, nameof(Leave)); } = NotNever(Leave, nameof(Leave));

    /// <summary>Share of packets lost while the link is bad.</summary>
    /// <value>0 to 1; the default is 1.</value>
    public double LossWhenBad { get; init => field = Share(value, nameof(LossWhenBad)); } = 1;

    /// <summary>Share of packets lost while the link is good.</summary>
    /// <value>0 to 1; the default is 0.</value>
    public double LossWhenGood { get; init => field = Share(value, nameof(LossWhenGood)); }

    internal static double Share(double value, string name) =>
        value is >= 0 and <= 1 ? value : throw new ArgumentOutOfRangeException(name, value, "A share lies between 0 and 1.");

    private static double NotNever(double value, string name) => value > 0
        ? Share(value, name)
        : throw new ArgumentOutOfRangeException(name, value, "A burst must be able to end.");
}
