namespace IceSharp.Protocol;

/// <summary>Why a datagram had no effect. Each is counted; none is an error of the receiver.</summary>
public enum DropReason
{
    /// <summary>Not dropped.</summary>
    None,

    /// <summary>Arrived on a socket that the machine does not know (any more).</summary>
    UnknownSocket,

    /// <summary>Looked like STUN but its header or attributes are not well formed.</summary>
    MalformedStun,

    /// <summary>FINGERPRINT missing where it is required, or wrong.</summary>
    Fingerprint,

    /// <summary>A method or class that this receiver does not serve.</summary>
    UnexpectedMessage,

    /// <summary>A response that belongs to no outstanding transaction.</summary>
    UnmatchedResponse,

    /// <summary>A response whose source is not where the request went.</summary>
    UnexpectedSource,

    /// <summary>A message whose integrity is missing or wrong.</summary>
    Unauthenticated,

    /// <summary>Application data from a source that has not passed a check.</summary>
    UnacceptedSource,

    /// <summary>Relayed data from a peer without permission.</summary>
    NoPermission,

    /// <summary>ChannelData on a number that is not bound.</summary>
    UnboundChannel,

    /// <summary>A ChannelData frame or TURN indication that is not well formed.</summary>
    MalformedRelayData,

    /// <summary>A bounded queue or table is full.</summary>
    LimitReached,

    /// <summary>The machine is closed.</summary>
    Closed,

    /// <summary>Its first byte is in no range of application data, and RFC 7983's ranges are in force.</summary>
    FirstByte,

    /// <summary>Answers a DNS query but is not well formed.</summary>
    MalformedDns,
}
