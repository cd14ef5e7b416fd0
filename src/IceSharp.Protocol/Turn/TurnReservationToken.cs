namespace IceSharp.Protocol.Turn;

/// <summary>Stands for a port that a server keeps: RESERVATION-TOKEN (RFC 8656 §18.10).</summary>
/// <param name="Value">Its 8 bytes as a big-endian number; opaque.</param>
public readonly record struct TurnReservationToken(ulong Value)
{
    /// <summary>How long a server keeps the port at least (RFC 8656 §7.2).</summary>
    public static TimeSpan HoldTime => TimeSpan.FromSeconds(30);

    /// <summary>16 hexadecimal digits.</summary>
    public override string ToString() => Value.ToString("x16", System.Globalization.CultureInfo.InvariantCulture);
}
