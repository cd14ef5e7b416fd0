namespace IceSharp.Protocol.Stun.Credentials;

/// <summary>Which of the server's password algorithms a client takes.</summary>
public enum PasswordAlgorithmChoice
{
    /// <summary>The first of the list that is known: the server's order counts (RFC 8489 §9.2.5).</summary>
    First,

    /// <summary>SHA-256 wherever it is listed: the rule of TURN (RFC 8656 §6).</summary>
    Strongest,
}
