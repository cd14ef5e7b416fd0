namespace IceSharp.Protocol.Stun.Transactions;

/// <summary>The retransmission timeout towards one host, learnt from round trips (RFC 8489 §6.2.1, RFC 6298 §2).</summary>
/// <remarks>
/// A value: feeding it gives the next one. Feed only round trips of requests that were sent once (Karn); <see cref="StunTransaction.RoundTripAt"/> gives no others.
/// </remarks>
public readonly record struct RtoEstimator
{
    private static readonly TimeSpan Ceiling = TimeSpan.FromSeconds(60);

    private readonly TimeSpan _smoothed;
    private readonly TimeSpan _variation;
    private readonly bool _hasSample;

    private RtoEstimator(TimeSpan smoothed, TimeSpan variation)
    {
        _smoothed = smoothed;
        _variation = variation;
        _hasSample = true;
    }

    /// <summary>SRTT; null before the first sample.</summary>
    public TimeSpan? SmoothedRoundTrip => _hasSample ? _smoothed : null;

    /// <summary>RTTVAR; null before the first sample.</summary>
    public TimeSpan? RoundTripVariation => _hasSample ? _variation : null;

    /// <summary>Takes a round trip.</summary>
    /// <param name="roundTrip">Its time; less than zero counts as zero.</param>
    /// <returns>The estimate with it.</returns>
    public RtoEstimator With(TimeSpan roundTrip)
    {
        TimeSpan sample = roundTrip < TimeSpan.Zero ? TimeSpan.Zero : roundTrip;
        return _hasSample
            ? new RtoEstimator((7 * _smoothed / 8) + (sample / 8), (3 * _variation / 4) + ((_smoothed - sample).Duration() / 4))
            : new RtoEstimator(sample, sample / 2);
    }

    /// <summary>SRTT + 4 RTTVAR in whole milliseconds, not below <paramref name="floor"/> and at most 60 s; <paramref name="floor"/> before the first sample.</summary>
    /// <param name="floor">The least timeout; 500 ms is what RFC 8489 §6.2.1 wants on the Internet.</param>
    public TimeSpan TimeoutOr(TimeSpan floor)
    {
        TimeSpan estimate = TimeSpan.FromMilliseconds(Math.Ceiling((_smoothed + (4 * _variation)).TotalMilliseconds));
        TimeSpan bounded = estimate > Ceiling ? Ceiling : estimate;
        return bounded < floor ? floor : bounded;
    }
}
