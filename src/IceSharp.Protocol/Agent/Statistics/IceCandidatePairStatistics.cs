namespace IceSharp;

/// <summary>What has happened on a candidate pair until one moment, after the W3C's RTCIceCandidatePairStats.</summary>
/// <remarks>Immutable and thread safe. Counters belong to the path: they go on over ICE restarts as long as the path is the same pair's.</remarks>
public sealed record IceCandidatePairStatistics
{
    /// <summary>The pair: candidates, priority, state, whether it is valid and nominated, and the last round trip.</summary>
    public required IceCandidatePairInfo Pair { get; init; }

    /// <summary>Component, 1 to 256.</summary>
    public required int Component { get; init; }

    /// <summary>Whether data of the component goes over the pair now.</summary>
    public bool IsSelected { get; init; }

    /// <summary>Connectivity checks sent, repeats not counted; consent requests are counted apart.</summary>
    public long RequestsSent { get; init; }

    /// <summary>Repeats of connectivity checks.</summary>
    public long RetransmissionsSent { get; init; }

    /// <summary>Authenticated responses to checks and consent requests.</summary>
    public long ResponsesReceived { get; init; }

    /// <summary>Authenticated checks and consent requests of the peer, repeats included.</summary>
    public long RequestsReceived { get; init; }

    /// <summary>Answers to them.</summary>
    public long ResponsesSent { get; init; }

    /// <summary>Consent requests sent (RFC 7675).</summary>
    public long ConsentRequestsSent { get; init; }

    /// <summary>Last round trip that could be measured; null when there is none.</summary>
    public TimeSpan? CurrentRoundTripTime => Pair.RoundTripTime;

    /// <summary>Sum of all measured round trips.</summary>
    public TimeSpan TotalRoundTripTime { get; init; }

    /// <summary>Number of round trips in the sum: divide by it for the mean.</summary>
    public long RoundTripMeasurements { get; init; }

    /// <summary>Datagrams of application data that were sent over the pair. The machine does not send them: it has 0 here, and <c>IceAgent</c> fills it in.</summary>
    public long DatagramsSent { get; init; }

    /// <summary>Their bytes.</summary>
    public long BytesSent { get; init; }

    /// <summary>Datagrams of application data that came in over the pair.</summary>
    public long DatagramsReceived { get; init; }

    /// <summary>Their bytes.</summary>
    public long BytesReceived { get; init; }

    /// <summary>Age of the last check or consent request sent; null when there is none.</summary>
    public TimeSpan? SinceRequestSent { get; init; }

    /// <summary>Age of the last authenticated response; null when there is none.</summary>
    public TimeSpan? SinceResponseReceived { get; init; }

    /// <summary>Age of the last check of the peer; null when there is none.</summary>
    public TimeSpan? SinceRequestReceived { get; init; }

    /// <summary>Age of the last application data that came in; null when there is none.</summary>
    public TimeSpan? SinceDataReceived { get; init; }
}
