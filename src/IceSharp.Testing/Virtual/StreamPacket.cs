namespace IceSharp.Testing;

/// <summary>What a packet of a virtual stream has besides its bytes.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Sequence">Its place in the sender's sequence; packets are counted, not bytes.</param>
/// <param name="Acknowledged">Everything of the other direction below this number has arrived; 0 before anything has.</param>
/// <param name="IsEncrypted">Whether what it carries is inside TLS: an ALG cannot read it.</param>
/// <param name="Certificate">The certificate of a <see cref="StreamPacketKind.TlsAnswer"/>.</param>
internal sealed record StreamPacket(StreamPacketKind Kind, long Sequence, long Acknowledged, bool IsEncrypted = false, VirtualCertificate? Certificate = null)
{
    public bool IsSequenced => Kind < StreamPacketKind.Acknowledge;

    /// <summary>Its name in traces.</summary>
    public string Name => Kind switch
    {
        StreamPacketKind.Open => "SYN",
        StreamPacketKind.Accept => "SYN ACK",
        StreamPacketKind.TlsHello => "TLS hello",
        StreamPacketKind.TlsAnswer => "TLS certificate",
        StreamPacketKind.End => "FIN",
        StreamPacketKind.Acknowledge => "ACK",
        StreamPacketKind.Reset => "RST",
        _ => IsEncrypted ? "TLS data" : "data",
    };
}
