namespace IceSharp.Protocol.Dns;

/// <summary>What a name server is good for within a question.</summary>
internal enum DnsServerTurnState
{
    /// <summary>Not asked yet.</summary>
    Fresh,

    /// <summary>Its socket is being opened.</summary>
    Opening,

    /// <summary>Asked over UDP.</summary>
    Asked,

    /// <summary>Asked over TCP.</summary>
    Streaming,

    /// <summary>Of no use any more: unreachable, or its answer was none.</summary>
    Useless,
}
