namespace IceSharp.Protocol.Dns;

/// <summary>What a name server says of a query (RFC 1035 §4.1.1); other values are possible.</summary>
public enum DnsResponseCode : byte
{
    /// <summary>The query was answered; the answer may be empty.</summary>
    NoError = 0,

    /// <summary>The server did not understand the query.</summary>
    FormatError = 1,

    /// <summary>The server has a problem of its own.</summary>
    ServerFailure = 2,

    /// <summary>There is no such name.</summary>
    NameError = 3,

    /// <summary>The server does not do this kind of query.</summary>
    NotImplemented = 4,

    /// <summary>The server does not do this for us.</summary>
    Refused = 5,
}
