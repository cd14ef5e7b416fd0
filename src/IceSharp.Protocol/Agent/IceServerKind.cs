namespace IceSharp;

/// <summary>What a server is asked for.</summary>
public enum IceServerKind
{
    /// <summary>Binding: the server-reflexive address (RFC 8489).</summary>
    Stun,

    /// <summary>Allocate: a relayed address and, with it, the server-reflexive one (RFC 8656).</summary>
    Turn,
}
