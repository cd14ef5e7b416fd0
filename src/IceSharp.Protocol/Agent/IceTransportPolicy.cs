namespace IceSharp;

/// <summary>Which candidates an agent uses (RFC 8445 §5.1.1.2).</summary>
public enum IceTransportPolicy
{
    /// <summary>Host, server-reflexive and relayed candidates.</summary>
    All,

    /// <summary>Relayed candidates only: neither interface nor reflexive addresses are shown to the peer or used for checks.</summary>
    RelayOnly,
}
