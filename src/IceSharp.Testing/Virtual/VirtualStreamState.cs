namespace IceSharp.Testing;

/// <summary>Where a <see cref="VirtualStream"/> stands.</summary>
public enum VirtualStreamState
{
    /// <summary>Waits for the other side to accept, or for its first acknowledgement.</summary>
    Opening,

    /// <summary>The TLS handshake is under way.</summary>
    Securing,

    /// <summary>Carries data both ways.</summary>
    Open,

    /// <summary>Over; <see cref="VirtualStream.End"/> says why.</summary>
    Closed,
}
