namespace IceSharp.Testing;

/// <summary>What a packet of a virtual stream does. All but the last two take a place in the sequence and are acknowledged.</summary>
internal enum StreamPacketKind
{
    /// <summary>Opens: SYN.</summary>
    Open,

    /// <summary>Accepts: SYN and ACK.</summary>
    Accept,

    /// <summary>Carries bytes.</summary>
    Data,

    /// <summary>Asks for TLS; carries the server name.</summary>
    TlsHello,

    /// <summary>Answers with a certificate.</summary>
    TlsAnswer,

    /// <summary>Ends the sender's direction: FIN.</summary>
    End,

    /// <summary>Acknowledges and carries nothing.</summary>
    Acknowledge,

    /// <summary>Breaks off: RST.</summary>
    Reset,
}
