namespace IceSharp.Interop.Tests.Matrix;

/// <summary>What is special about a session.</summary>
internal enum InteropTwist
{
    /// <summary>Nothing: the offerer controls.</summary>
    None,

    /// <summary>The answerer controls.</summary>
    CrossedRoles,

    /// <summary>Both sides start as controlling agents.</summary>
    BothControlling,

    /// <summary>Both sides start as controlled agents.</summary>
    BothControlled,

    /// <summary>Once connected, our side restarts ICE.</summary>
    OurRestart,

    /// <summary>Once connected, the other side restarts ICE.</summary>
    TheirRestart,

    /// <summary>RTP and RTCP have components of their own.</summary>
    TwoComponents,

    /// <summary>The other side is a lite agent.</summary>
    PeerIsLite,

    /// <summary>The other side nominates aggressively, as RFC 5245 allowed.</summary>
    PeerIsAggressive,

    /// <summary>The other side hides its host addresses behind mDNS names.</summary>
    HiddenAddresses,
}
