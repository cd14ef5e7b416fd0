namespace IceSharp;

/// <summary>How the first retransmission timeout of a connectivity check follows from the number of checks (RFC 8445 §14.3). Never below 500 ms.</summary>
public enum CheckRtoRule
{
    /// <summary>Ta x (waiting + in progress): the first repeat follows the last first transmission (ADR 0003).</summary>
    Linear,

    /// <summary>Ta x N x (waiting + in progress), N being the number of all checks: the formula of RFC 8445, which grows with the square.</summary>
    Literal,

    /// <summary>The configured timeout, whatever the number of checks.</summary>
    Fixed,
}
