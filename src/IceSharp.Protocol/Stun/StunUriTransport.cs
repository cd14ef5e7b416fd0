namespace IceSharp.Protocol.Stun;

/// <summary>A way to reach the server of a <see cref="StunUri"/>.</summary>
public enum StunUriTransport
{
    /// <summary>UDP.</summary>
    Udp,

    /// <summary>TCP.</summary>
    Tcp,

    /// <summary>TLS over TCP.</summary>
    Tls,

    /// <summary>DTLS over UDP (RFC 7350).</summary>
    Dtls,
}
