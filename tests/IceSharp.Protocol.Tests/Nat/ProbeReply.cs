namespace IceSharp.Protocol.Tests.Nat;

/// <summary>A datagram on its way to a socket of the probe.</summary>
internal sealed record ProbeReply(SocketHandle Socket, TransportAddress Source, byte[] Datagram)
{
    /// <summary>Longer than a round trip takes anyway.</summary>
    public TimeSpan Delay { get; init; }
}
