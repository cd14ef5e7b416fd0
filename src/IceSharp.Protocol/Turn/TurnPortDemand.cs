namespace IceSharp.Protocol.Turn;

/// <summary>What is asked of a relayed address's port (EVEN-PORT, RFC 8656 §7.1).</summary>
public enum TurnPortDemand
{
    /// <summary>Nothing.</summary>
    Any,

    /// <summary>It shall be even, as RTP without RTCP multiplexing wants it.</summary>
    Even,

    /// <summary>It shall be even, and the next higher one kept for 30 s for whoever has <see cref="TurnRelays.ReservationToken"/>.</summary>
    EvenAndNext,
}
