namespace IceSharp.Protocol.Agent;

/// <summary>The outputs of an <see cref="IceAgentMachine"/> that are polled.</summary>
public enum AgentOutput
{
    /// <summary>Datagrams to send.</summary>
    Transmit,

    /// <summary>I/O that the host is asked for.</summary>
    HostRequest,

    /// <summary>Facts.</summary>
    Event,
}
