using System.Net;
using System.Net.Sockets;

namespace IceSharp.Benchmarks.Datapath;

/// <summary>Sends packets of the size of 20 ms telephone audio to one address.</summary>
internal sealed class PacketSource(IPEndPoint destination) : IDisposable
{
    public const int PayloadBytes = 172;

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly SocketAddress _destination = destination.Serialize();
    private readonly byte[] _packet = new byte[PayloadBytes];

    public void Send() => _socket.SendTo(_packet, SocketFlags.None, _destination);

    public void Dispose() => _socket.Dispose();
}
