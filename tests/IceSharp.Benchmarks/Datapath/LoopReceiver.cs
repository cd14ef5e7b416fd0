using IceSharp.Internal.Driver;
using IceSharp.Internal.Endpoints;
using IceSharp.Internal.Network;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;

namespace IceSharp.Benchmarks.Datapath;

/// <summary>A loop with one socket and a member that only counts: what the loop costs without the machine.</summary>
internal sealed class LoopReceiver : LoopMember, IDisposable
{
    private readonly LoopThread _thread;
    private readonly SystemUdpSocket _socket;

    public LoopReceiver(bool portable)
    {
        _thread = new LoopThread(new LoopClock(TimeProvider.System), portable);
        _socket = new SystemNetwork(portable, 512 * 1024, 0).Bind(new LocalInterfaceAddress("lo", IpAddress.LoopbackV4), 0);
        _thread.Loop.Post(this, () => _thread.Loop.Watched!.Add(new Endpoint(_thread.Loop, this, new SocketHandle(1), _socket), _socket));
    }

    public PacketCounter Counter { get; } = new();

    public TransportAddress LocalAddress => _socket.LocalAddress;

    public override void HandleDatagram(Endpoint endpoint, MonotonicTime now, TransportAddress source, ReadOnlySpan<byte> datagram) => Counter.Count();

    public override void Pump(MonotonicTime now)
    {
    }

    public override void Fail(Exception reason) => Environment.FailFast("The member failed.", reason);

    public void Dispose()
    {
        _thread.Dispose();
        _socket.Dispose();
        Counter.Dispose();
    }
}
