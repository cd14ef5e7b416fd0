namespace IceSharp.Protocol.Dns;

/// <summary>How far a <see cref="DnsQueryMachine"/> has come.</summary>
public enum DnsQueryState
{
    /// <summary>Not started.</summary>
    Idle,

    /// <summary>Name servers are being asked.</summary>
    Asking,

    /// <summary>There is an answer, perhaps one without records.</summary>
    Answered,

    /// <summary>No name server gave an answer.</summary>
    Failed,
}
