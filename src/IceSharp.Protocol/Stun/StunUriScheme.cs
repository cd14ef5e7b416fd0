namespace IceSharp.Protocol.Stun;

/// <summary>Scheme of a <see cref="StunUri"/> (RFC 7064 §3.1, RFC 7065 §3.1).</summary>
public enum StunUriScheme
{
    /// <summary>"stun": a STUN server over UDP or TCP.</summary>
    Stun,

    /// <summary>"stuns": a STUN server over TLS or DTLS.</summary>
    Stuns,

    /// <summary>"turn": a TURN server over UDP or TCP.</summary>
    Turn,

    /// <summary>"turns": a TURN server over TLS or DTLS.</summary>
    Turns,
}
