namespace IceSharp.Testing;

/// <summary>What happens to a datagram on a link, in each direction alike.</summary>
/// <remarks>Immutable; replace the link of a node to change conditions during a run. A link without jitter keeps the order of datagrams.</remarks>
public sealed record LinkOptions
{
    /// <summary>A link that neither delays nor loses.</summary>
    public static LinkOptions Perfect { get; } = new();

    /// <summary>A link that is unplugged: loses everything.</summary>
    public static LinkOptions Down { get; } = new() { Loss = 1 };

    /// <summary>Time that every datagram takes, one way.</summary>
    /// <value>Not negative; the default is zero.</value>
    public TimeSpan Delay { get; init => field = NotNegative(value, nameof(Delay)); }

    /// <summary>Upper limit of an additional delay that is drawn evenly for each datagram; lets datagrams overtake each other.</summary>
    /// <value>Not negative; the default is zero.</value>
    public TimeSpan Jitter { get; init => field = NotNegative(value, nameof(Jitter)); }

    /// <summary>Share of datagrams that are lost, drawn for each one.</summary>
    /// <value>0 to 1; the default is 0.</value>
    public double Loss
    {
        get;
        init => field = value is >= 0 and <= 1 ? value : throw new ArgumentOutOfRangeException(nameof(Loss), value, "A loss lies between 0 and 1.");
    }

    private static TimeSpan NotNegative(TimeSpan value, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero, name);
        return value;
    }
}
