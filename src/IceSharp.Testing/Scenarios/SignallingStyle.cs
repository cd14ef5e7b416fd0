namespace IceSharp.Testing;

/// <summary>How two agents exchange their descriptions.</summary>
public enum SignallingStyle
{
    /// <summary>Each side gathers to the end and then sends everything at once.</summary>
    Full,

    /// <summary>Descriptions go out before gathering, candidates as they are found (RFC 8838).</summary>
    Trickle,
}
