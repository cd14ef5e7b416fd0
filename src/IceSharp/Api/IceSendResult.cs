namespace IceSharp;

/// <summary>What became of a datagram handed to the network.</summary>
public enum IceSendResult
{
    /// <summary>The operating system took it. Whether it arrives is another matter.</summary>
    Sent,

    /// <summary>There is no valid pair at the moment.</summary>
    NoRoute,

    /// <summary>The peer no longer consents to receive on the pair, or has not answered for 30 s (RFC 7675): nothing is sent before another pair works or ICE was restarted.</summary>
    ConsentLost,

    /// <summary>The socket's send buffer is full; the datagram was not taken.</summary>
    WouldBlock,

    /// <summary>The datagram is longer than the path or UDP allows.</summary>
    TooLong,

    /// <summary>The operating system has no way to the destination now, or a firewall rule forbids it.</summary>
    Unreachable,

    /// <summary>The socket or agent is closed.</summary>
    Closed,

    /// <summary>The operating system refused for another reason.</summary>
    Failed,
}
