namespace IceSharp.Protocol.Turn;

/// <summary>What the server speaks with peers (REQUESTED-TRANSPORT, RFC 8656 §7.1, RFC 6062 §4.1).</summary>
public enum TurnRelayProtocol
{
    /// <summary>UDP datagrams.</summary>
    Udp,

    /// <summary>TCP connections, each of which is a connection to the server too (RFC 6062).</summary>
    Tcp,
}
