namespace IceSharp;

/// <summary>What went wrong between the agent or client, its servers and its peer.</summary>
public enum IceError
{
    /// <summary>Gathering ended without a single candidate: no usable interface, no free port, no relay.</summary>
    NoCandidates,

    /// <summary>Every candidate pair has failed, or patience with a silent peer has ended.</summary>
    ConnectivityFailed,

    /// <summary>There is no valid pair to send over at the moment.</summary>
    NoRoute,

    /// <summary>The peer has not answered for 30 s, or has revoked its consent to receive (RFC 7675): an ICE restart is needed.</summary>
    ConsentLost,

    /// <summary>The stream or component is not used any more: removed, rejected by the peer, without ICE, or RTCP that goes with RTP.</summary>
    StreamEnded,

    /// <summary>The datagram is longer than the path or UDP allows.</summary>
    MessageTooLong,

    /// <summary>The operating system has no way to the destination now, or refused to send.</summary>
    NetworkUnreachable,

    /// <summary>The agent was closed while the call was pending.</summary>
    AgentClosed,

    /// <summary>A fault of the library ended this agent; the log has the details. Please report it.</summary>
    InternalError,

    /// <summary>The URI leads to no server: its name is unknown, has no address, or could not be looked up.</summary>
    ServerNotFound,

    /// <summary>No transport that the URI allows is among those of the options; or it is DTLS, and there is no <see cref="IDtlsTransportFactory"/>.</summary>
    TransportNotSupported,

    /// <summary>Nobody listens there, or no connection came about in time.</summary>
    ServerUnreachable,

    /// <summary>The server did not answer in the time of a transaction.</summary>
    ServerSilent,

    /// <summary>The server answered with an error code.</summary>
    ServerRejected,

    /// <summary>What the server sent is not what the protocol allows: no mapped address, unknown attributes that must be understood, garbage or a stalled message on a stream.</summary>
    ServerMisbehaved,

    /// <summary>The server's challenge could not be answered: no or wrong credentials, or one that is not safe to answer.</summary>
    AuthenticationFailed,

    /// <summary>Answers came, but none whose integrity is right: a wrong password on one side, or somebody in between.</summary>
    IntegrityViolated,

    /// <summary>The server redirected in a circle, too often, without integrity or to an address that cannot be used.</summary>
    RedirectRefused,

    /// <summary>The TLS handshake failed or the server's certificate was not accepted; <see cref="StunException.TlsFailure"/> says which check.</summary>
    TlsFailed,

    /// <summary>The HTTP proxy did not open the connection.</summary>
    ProxyRefused,

    /// <summary>The relayed address is lost, and no new one could be had in its place.</summary>
    AllocationLost,

    /// <summary>The connection ended before the answer.</summary>
    ConnectionLost,

    /// <summary>The client was disposed of while the call was pending.</summary>
    ClientClosed,
}
