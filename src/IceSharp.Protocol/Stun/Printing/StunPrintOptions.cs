namespace IceSharp.Protocol.Stun.Printing;

/// <summary>What <see cref="StunMessagePrinter"/> shows.</summary>
/// <remarks>Immutable and thread safe.</remarks>
public sealed record StunPrintOptions
{
    /// <summary>Whether USERNAME and USERHASH are shown; off by default. Tokens, tickets and application data are never shown.</summary>
    public bool ShowUsers { get; init; }

    /// <summary>Most attributes to print; the rest is counted.</summary>
    /// <value>0 to 1000; the default is 64.</value>
    public int MaxAttributes
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value, nameof(MaxAttributes));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 1000, nameof(MaxAttributes));
            field = value;
        }
    }
    = 64;
}
