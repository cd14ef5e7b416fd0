namespace IceSharp;

/// <summary>What came of asking one local address, or one server from one local address, for candidates.</summary>
public enum GatheringResult
{
    /// <summary>A candidate was found.</summary>
    Found,

    /// <summary>An address was found that another candidate already shows: without a NAT a server-reflexive address equals its base.</summary>
    Redundant,

    /// <summary>The address is not used, by rule or by option.</summary>
    Skipped,

    /// <summary>The local socket could not be opened.</summary>
    BindFailed,

    /// <summary>Every port of the configured range is taken.</summary>
    PortRangeExhausted,

    /// <summary>The server's name does not resolve.</summary>
    NameNotResolved,

    /// <summary>The server has no address of this family.</summary>
    NoAddressOfFamily,

    /// <summary>There is no way from this local address to the server.</summary>
    NotRoutable,

    /// <summary>The server did not answer in time.</summary>
    Timeout,

    /// <summary>The server refused the credentials.</summary>
    Unauthorized,

    /// <summary>The server answered with another error.</summary>
    ServerError,

    /// <summary>The server's answer made no sense.</summary>
    ProtocolError,
}
