namespace IceSharp.Protocol.Stun.Client;

/// <summary>What carries the messages to a server.</summary>
public enum StunLinkKind
{
    /// <summary>Datagrams that may be lost, UDP or DTLS: requests are repeated.</summary>
    Datagram,

    /// <summary>A stream that loses nothing, TCP or TLS: requests are sent once.</summary>
    Stream,
}
