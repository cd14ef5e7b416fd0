namespace IceSharp.Protocol.Agent;

/// <summary>Where application data of one component goes now: published whenever it changes, and read by senders on any thread.</summary>
/// <remarks>Immutable and thread safe.</remarks>
public sealed record DataRoute
{
    /// <summary>Index of the data stream.</summary>
    public required int Stream { get; init; }

    /// <summary>Component, 1 to 256.</summary>
    public required int Component { get; init; }

    /// <summary>The socket to send from.</summary>
    public required SocketHandle Socket { get; init; }

    /// <summary>Where datagrams go on the network: the peer, or the TURN server when <see cref="IsRelayed"/>.</summary>
    public required TransportAddress Destination { get; init; }

    /// <summary>The peer's address: the remote candidate of the pair.</summary>
    public required TransportAddress Peer { get; init; }

    /// <summary>Whether data has to be wrapped for the TURN server that <see cref="Destination"/> names.</summary>
    public required bool IsRelayed { get; init; }

    /// <summary>The TURN channel that stands for <see cref="Peer"/>, 0x4000 to 0x4FFF: data goes as ChannelData on it. Null on a direct route, and on a relayed one as long as Send indications carry the data.</summary>
    public ushort? Channel { get; init; }

    /// <summary>The pair behind the route.</summary>
    public required IceCandidatePairInfo Pair { get; init; }
}
