namespace IceSharp;

/// <summary>Where a candidate comes from (RFC 8445 §4).</summary>
public enum IceCandidateType
{
    /// <summary>An address of a local interface ("host").</summary>
    Host,

    /// <summary>The address that a NAT shows to a STUN or TURN server ("srflx").</summary>
    ServerReflexive,

    /// <summary>An address learnt from a connectivity check ("prflx").</summary>
    PeerReflexive,

    /// <summary>An address of a TURN server ("relay").</summary>
    Relayed,
}
