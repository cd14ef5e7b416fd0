namespace IceSharp;

/// <summary>Why a candidate of the peer is not used.</summary>
public enum RemoteCandidateRefusal
{
    /// <summary>Its transport is not supported.</summary>
    Transport,

    /// <summary>Port 0, no address, an unspecified, multicast or broadcast address, or a loopback address while loopback is not allowed.</summary>
    Address,

    /// <summary>Its component is outside 1 to 256.</summary>
    Component,

    /// <summary>It belongs to another generation than the one in force.</summary>
    OtherGeneration,

    /// <summary>It is known already.</summary>
    Known,

    /// <summary>The stream has as many as <c>MaxRemoteCandidates</c> allows.</summary>
    LimitReached,

    /// <summary>It comes after the end of candidates.</summary>
    AfterEnd,

    /// <summary>The application's filter refused it.</summary>
    Filter,
}
