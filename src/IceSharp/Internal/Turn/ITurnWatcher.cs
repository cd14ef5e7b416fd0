using IceSharp.Protocol.Turn;

namespace IceSharp.Internal.Turn;

/// <summary>Who is told what happens to an allocation. Called on the loop.</summary>
internal interface ITurnWatcher
{
    /// <summary>A datagram has come from a peer.</summary>
    void HandleData(ReadOnlySpan<byte> datagram, Protocol.TransportAddress peer);

    /// <summary>A relayed datagram could not be delivered.</summary>
    void HandlePeerUnreachable(in TurnEvent fact);

    /// <summary>Another allocation has taken the place of the one that was lost.</summary>
    void HandleReallocated(TurnReallocation change);

    /// <summary>The allocation is over.</summary>
    void HandleEnded(TurnException reason);
}
