namespace IceSharp;

/// <summary>What went wrong between the agent, its servers and its peer.</summary>
public enum IceError
{
    /// <summary>Gathering ended without a single candidate: no usable interface, no free port, no relay.</summary>
    NoCandidates,

    /// <summary>Every candidate pair has failed, or patience with a silent peer has ended.</summary>
    ConnectivityFailed,

    /// <summary>There is no valid pair to send over at the moment.</summary>
    NoRoute,

    /// <summary>The datagram is longer than the path or UDP allows.</summary>
    MessageTooLong,

    /// <summary>The operating system has no way to the destination now, or refused to send.</summary>
    NetworkUnreachable,

    /// <summary>The agent was closed while the call was pending.</summary>
    AgentClosed,

    /// <summary>A fault of the library ended this agent; the log has the details. Please report it.</summary>
    InternalError,
}
