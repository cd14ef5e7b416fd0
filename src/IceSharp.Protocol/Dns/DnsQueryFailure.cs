namespace IceSharp.Protocol.Dns;

/// <summary>Why a question has no answer.</summary>
public enum DnsQueryFailure
{
    /// <summary>It has one, or may get one.</summary>
    None,

    /// <summary>There is no name server to ask.</summary>
    NoServer,

    /// <summary>No name server answered in time.</summary>
    Timeout,

    /// <summary>No name server could be reached.</summary>
    Unreachable,

    /// <summary>Those that answered refused, failed themselves, or sent what is not well formed.</summary>
    ServerFailure,
}
