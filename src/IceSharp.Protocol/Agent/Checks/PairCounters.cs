namespace IceSharp.Protocol.Agent;

/// <summary>What has happened on the path of a candidate pair; a valid pair shares it with the checked pair that produced it.</summary>
internal sealed class PairCounters
{
    public long RequestsSent { get; set; }

    public long RetransmissionsSent { get; set; }

    public long ConsentRequestsSent { get; set; }

    public long ResponsesReceived { get; private set; }

    public long RequestsReceived { get; private set; }

    public long ResponsesSent { get; private set; }

    public TimeSpan TotalRoundTripTime { get; private set; }

    public long RoundTripMeasurements { get; private set; }

    public MonotonicTime? LastRequestSentAt { get; set; }

    public MonotonicTime? LastResponseAt { get; private set; }

    public MonotonicTime? LastRequestReceivedAt { get; private set; }

    /// <summary>An authenticated response; the round trip is null where a repeat makes it ambiguous.</summary>
    public void NoteResponse(MonotonicTime now, TimeSpan? roundTrip)
    {
        ResponsesReceived++;
        LastResponseAt = now;
        if (roundTrip is { } measured)
        {
            TotalRoundTripTime += measured;
            RoundTripMeasurements++;
        }
    }

    /// <summary>An authenticated request of the peer that was answered.</summary>
    public void NoteAnswered(MonotonicTime now)
    {
        RequestsReceived++;
        ResponsesSent++;
        LastRequestReceivedAt = now;
    }
}
