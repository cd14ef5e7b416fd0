using System.Diagnostics.CodeAnalysis;
using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>A datagram between an agent and its peer or a server, without the wrapping of a relay.</summary>
[Experimental("ICE0001")]
public readonly ref struct AgentPacket
{
    internal AgentPacket(SocketHandle socket, TransportAddress peer, bool isRelayed, ReadOnlySpan<byte> bytes)
    {
        Socket = socket;
        Peer = peer;
        IsRelayed = isRelayed;
        Bytes = bytes;
    }

    /// <summary>The machine's name of the socket.</summary>
    public SocketHandle Socket { get; }

    /// <summary>The other end: behind the relay where there is one.</summary>
    public TransportAddress Peer { get; }

    /// <summary>Whether it went through a TURN server.</summary>
    public bool IsRelayed { get; }

    /// <summary>The bytes as the other end sends or sees them.</summary>
    public ReadOnlySpan<byte> Bytes { get; }
}
