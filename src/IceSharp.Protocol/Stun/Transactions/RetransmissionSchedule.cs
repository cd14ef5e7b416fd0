namespace IceSharp.Protocol.Stun.Transactions;

/// <summary>When the copies of one request are due and when it has failed, counted from its first transmission (RFC 8489 §6.2.1).</summary>
/// <remarks>Fixed when the transaction starts: a later change of settings or estimate does not touch it.</remarks>
public readonly record struct RetransmissionSchedule
{
    private readonly int _finalTimeoutFactor;

    /// <summary>Creates the schedule of one transaction.</summary>
    /// <param name="settings">The settings.</param>
    /// <param name="initialRto">The timeout that a usage has computed for this transaction; null takes the one of <paramref name="settings"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="initialRto"/> is not positive or is longer than a day.</exception>
    public RetransmissionSchedule(StunRetransmissionSettings settings, TimeSpan? initialRto = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        InitialRto = initialRto ?? settings.InitialRto;
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(InitialRto, TimeSpan.Zero, nameof(initialRto));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(InitialRto, TimeSpan.FromDays(1), nameof(initialRto));
        MaxTransmissions = settings.MaxTransmissions;
        _finalTimeoutFactor = settings.FinalTimeoutFactor;
    }

    /// <summary>Time from the first to the second copy.</summary>
    public TimeSpan InitialRto { get; }

    /// <summary>Rc: number of copies in total.</summary>
    public int MaxTransmissions { get; }

    /// <summary>When the transaction has failed: RTO * (2^(Rc-1) - 1 + Rm), 79 RTO by default.</summary>
    public TimeSpan FailureOffset => TransmissionOffset(MaxTransmissions - 1) + (_finalTimeoutFactor * InitialRto);

    /// <summary>When a copy is due: RTO * (2^index - 1).</summary>
    /// <param name="index">0 for the first transmission, up to <see cref="MaxTransmissions"/> - 1.</param>
    public TimeSpan TransmissionOffset(int index) => ((1L << index) - 1) * InitialRto;
}
