namespace IceSharp;

/// <summary>How far gathering of local candidates has come.</summary>
public enum IceGatheringState
{
    /// <summary>Not started.</summary>
    New,

    /// <summary>Interfaces, STUN or TURN servers are being asked.</summary>
    Gathering,

    /// <summary>No more candidates will come.</summary>
    Complete,
}
