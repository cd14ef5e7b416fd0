namespace IceSharp.Internal.Turn;

/// <summary>What the server thinks of a peer.</summary>
internal enum TurnPeerState
{
    /// <summary>It was not asked.</summary>
    Unknown,

    /// <summary>It is being asked.</summary>
    Asking,

    /// <summary>Data may be exchanged.</summary>
    Permitted,

    /// <summary>It said no.</summary>
    Refused,
}
