namespace IceSharp;

/// <summary>Role of an ICE agent (RFC 8445 §6.1.1).</summary>
public enum IceRole
{
    /// <summary>Not decided yet: the agent that makes the offer will control.</summary>
    Undecided,

    /// <summary>Nominates the pair that is used.</summary>
    Controlling,

    /// <summary>Follows the nomination.</summary>
    Controlled,
}
