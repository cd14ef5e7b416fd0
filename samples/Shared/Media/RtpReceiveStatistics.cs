namespace IceSharp.Samples.Media;

/// <summary>Counts what arrives of one source: packets, loss and interarrival jitter (RFC 3550 §6.4.1, A.1, A.3, A.8).</summary>
internal sealed class RtpReceiveStatistics
{
    // RFC 3550 A.1: a jump beyond these is the sender starting anew rather than loss or disorder.
    private const int MaxDropout = 3000, MaxMisorder = 100;

    private const int SequenceModulus = 1 << 16;

    private long _first, _highest, _received;
    private double _transit, _jitter;

    /// <summary>Packets that arrived, repeated ones included.</summary>
    public long Received => _received;

    /// <summary>Packets from the first to the highest sequence number that arrived.</summary>
    public long Expected => _received == 0 ? 0 : _highest - _first + 1;

    /// <summary>Expected packets that did not arrive; negative when packets were repeated on the way.</summary>
    public long Lost => Expected - _received;

    /// <summary>Interarrival jitter, in timestamp units.</summary>
    public double JitterSamples => _jitter;

    /// <summary>Interarrival jitter as a time.</summary>
    public TimeSpan Jitter => TimeSpan.FromSeconds(_jitter / WaveFile.SampleRate);

    /// <summary>Takes a packet into account.</summary>
    /// <param name="header">Its header.</param>
    /// <param name="arrival">When it came, on any clock that does not jump.</param>
    /// <returns>Its sequence number extended beyond 16 bit, or null when it does not belong to the stream's sequence.</returns>
    public long? Add(RtpHeader header, TimeSpan arrival)
    {
        if (_received == 0)
        {
            // One cycle up, so that a packet overtaken by the first one has a place below it.
            _first = _highest = SequenceModulus + header.Sequence;
        }

        long extended = Extend(header.Sequence);
        if (extended - _highest > MaxDropout || _highest - extended > MaxMisorder)
        {
            return null;
        }

        UpdateJitter(header.Timestamp, arrival);
        _received++;
        _highest = Math.Max(_highest, extended);
        _first = Math.Min(_first, extended);
        return extended;
    }

    // The extension nearest to the highest number so far.
    private long Extend(ushort sequence) => _highest + (short)(sequence - (ushort)_highest);

    private void UpdateJitter(uint timestamp, TimeSpan arrival)
    {
        double transit = arrival.TotalSeconds * WaveFile.SampleRate - timestamp;
        if (_received > 0)
        {
            // A timestamp that wraps around changes the transit by 2^32, which is no jitter.
            double difference = Math.IEEERemainder(transit - _transit, 4294967296.0);
            _jitter += (Math.Abs(difference) - _jitter) / 16;
        }

        _transit = transit;
    }
}
