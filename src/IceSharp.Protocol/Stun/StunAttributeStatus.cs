namespace IceSharp.Protocol.Stun;

/// <summary>Outcome of reading one attribute. Everything but <see cref="Ok"/> leaves the out value at its default.</summary>
public enum StunAttributeStatus
{
    /// <summary>The value is well formed.</summary>
    Ok,

    /// <summary>The message has no such attribute (or only where it is to be ignored).</summary>
    Missing,

    /// <summary>The length does not fit the type.</summary>
    BadLength,

    /// <summary>The address family is neither IPv4 nor IPv6.</summary>
    BadFamily,

    /// <summary>The address family and the length contradict each other.</summary>
    FamilyLengthMismatch,

    /// <summary>A text longer than 763 bytes.</summary>
    TooLong,

    /// <summary>A text that is not UTF-8.</summary>
    BadUtf8,

    /// <summary>A number outside its range, for example an error class of 7.</summary>
    OutOfRange,
}
