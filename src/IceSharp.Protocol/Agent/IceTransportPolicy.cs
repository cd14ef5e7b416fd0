namespace IceSharp;

/// <summary>Which kinds of candidates an agent gathers and shows (RFC 8445 §5.1.1.2).</summary>
public enum IceTransportPolicy
{
    /// <summary>Host, server-reflexive and relayed candidates.</summary>
    All,

    /// <summary>Relayed candidates only: neither interface nor reflexive addresses are shown to the peer or used for checks.</summary>
    RelayOnly,

    /// <summary>Host candidates only: no server is asked.</summary>
    HostOnly,

    /// <summary>Host and server-reflexive candidates; TURN servers are asked for reflexive addresses only.</summary>
    NoRelay,

    /// <summary>Server-reflexive and relayed candidates: addresses of interfaces are not shown. Checks still leave from them.</summary>
    NoHost,
}
