namespace IceSharp.Testing;

/// <summary>How clients reach a listener of a <see cref="StunTurnServerMachine"/>.</summary>
public enum ServerTransport
{
    /// <summary>Datagrams over UDP.</summary>
    Udp,

    /// <summary>Streams over TCP: the host frames them, and one frame is one input.</summary>
    Tcp,

    /// <summary>As <see cref="Tcp"/>, under TLS, which the host speaks.</summary>
    Tls,
}
