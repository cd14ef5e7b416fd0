namespace IceSharp.Protocol.Nat;

/// <summary>A socket of a test series; the machine fills in the rest once the host has opened it.</summary>
internal sealed class NatSocket
{
    public SocketHandle Handle { get; set; }

    public TransportAddress LocalAddress { get; set; }
}
