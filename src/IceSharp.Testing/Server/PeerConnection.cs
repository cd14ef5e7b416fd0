using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>One TCP connection between a relayed address and a peer, and the client's connection that it is joined to (RFC 6062 §5).</summary>
internal sealed class PeerConnection(Allocation allocation, TransportAddress peer, SocketHandle stream, uint id)
{
    public Allocation Allocation { get; } = allocation;

    public TransportAddress Peer { get; } = peer;

    /// <summary>The host's connection to the peer.</summary>
    public SocketHandle Stream { get; } = stream;

    /// <summary>CONNECTION-ID.</summary>
    public uint Id { get; } = id;

    /// <summary>The Connect that waits for an answer; null once it has one, or when the peer came by itself.</summary>
    public ServerRequest? Connect { get; set; }

    /// <summary>The client's data connection; null before it is bound.</summary>
    public FiveTuple? Client { get; set; }

    /// <summary>When it is given up: the peer does not answer, or the client does not bind.</summary>
    public MonotonicTime GiveUpAt { get; set; }
}
