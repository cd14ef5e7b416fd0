namespace IceSharp.Protocol.Dns;

/// <summary>What became of reading a DNS message.</summary>
public enum DnsParseStatus
{
    /// <summary>It is a response to the query.</summary>
    Ok,

    /// <summary>It is no response, or one to another query: other ID, other question.</summary>
    Unrelated,

    /// <summary>It answers the query, but its records are not well formed.</summary>
    Malformed,
}
