namespace IceSharp;

/// <summary>What became of a line that was not perfect.</summary>
public enum SdpOutcome
{
    /// <summary>The sender broke a rule that does not hinder use: the line counts.</summary>
    Warning,

    /// <summary>The line is well formed but cannot be used here: it was skipped, the rest counts.</summary>
    Ignored,

    /// <summary>The line is malformed: it was skipped, the rest counts.</summary>
    Error,

    /// <summary>The description as a whole cannot be used.</summary>
    Refused,
}
