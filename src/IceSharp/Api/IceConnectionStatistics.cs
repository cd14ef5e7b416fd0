namespace IceSharp;

/// <summary>Counters of one connection, as they stood at one moment.</summary>
public readonly record struct IceConnectionStatistics
{
    /// <summary>Datagrams the operating system took for sending.</summary>
    public long DatagramsSent { get; init; }

    /// <summary>Their payload bytes.</summary>
    public long BytesSent { get; init; }

    /// <summary>Datagrams that arrived, whether the application took them or not.</summary>
    public long DatagramsReceived { get; init; }

    /// <summary>Their payload bytes.</summary>
    public long BytesReceived { get; init; }

    /// <summary>Datagrams dropped because the receive queue was full: the oldest each time.</summary>
    public long DatagramsOverflowed { get; init; }

    /// <summary>Datagrams dropped because the buffer of the receive call was too short for them.</summary>
    public long DatagramsTooLong { get; init; }
}
