namespace IceSharp.Protocol.Turn;

/// <summary>One TCP connection between the server and a peer, as the client knows it (RFC 6062).</summary>
internal sealed class TurnConnection(TransportAddress peer)
{
    public TransportAddress Peer { get; } = peer;

    /// <summary>CONNECTION-ID; 0 while a Connect is under way.</summary>
    public uint Id { get; set; }

    /// <summary>The stream that it is, or becomes; none before.</summary>
    public SocketHandle Stream { get; set; }

    public bool IsBound { get; set; }

    /// <summary>When the server gives it up unless it is bound; Never otherwise.</summary>
    public MonotonicTime BindBy { get; set; } = MonotonicTime.Never;
}
