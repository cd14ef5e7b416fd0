namespace IceSharp.Protocol.Dns;

/// <summary>How patient a <see cref="DnsQueryMachine"/> is.</summary>
/// <remarks>Immutable and thread safe.</remarks>
public sealed record DnsQuerySettings
{
    /// <summary>How long one server is waited for before the next one is asked; doubles when all have been asked.</summary>
    /// <value>50 ms to 30 s; the default is 1 s.</value>
    public TimeSpan ServerTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long an exchange over TCP is waited for before the next server is asked.</summary>
    /// <value>50 ms to 30 s; the default is 3 s.</value>
    public TimeSpan StreamTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long the question may take in all.</summary>
    /// <value>50 ms to 60 s; the default is 5 s.</value>
    public TimeSpan OverallTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often each server is asked.</summary>
    /// <value>1 to 5; the default is 2.</value>
    public int Rounds { get; init; } = 2;

    /// <summary>Most servers that are asked; the first ones count.</summary>
    /// <value>1 to 8; the default is 3.</value>
    public int MaxServers { get; init; } = 3;

    internal void Validate()
    {
        RequireRange(ServerTimeout, TimeSpan.FromSeconds(30), nameof(ServerTimeout));
        RequireRange(StreamTimeout, TimeSpan.FromSeconds(30), nameof(StreamTimeout));
        RequireRange(OverallTimeout, TimeSpan.FromSeconds(60), nameof(OverallTimeout));
        ArgumentOutOfRangeException.ThrowIfLessThan(Rounds, 1, nameof(Rounds));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Rounds, 5, nameof(Rounds));
        ArgumentOutOfRangeException.ThrowIfLessThan(MaxServers, 1, nameof(MaxServers));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxServers, 8, nameof(MaxServers));
    }

    private static void RequireRange(TimeSpan value, TimeSpan most, string name)
    {
        if (value < TimeSpan.FromMilliseconds(50) || value > most)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} lies between 50 ms and {most.TotalSeconds} s.");
        }
    }
}
