using IceSharp.Protocol;
using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Turn;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Turn;

/// <summary>An allocation machine on a socket of the virtual network, driven by the network's clock.</summary>
internal sealed class VirtualTurnClient : IDisposable
{
    private static readonly SocketHandle Handle = new(1);

    private readonly VirtualNetwork _network;
    private readonly VirtualSocket _socket;
    private readonly byte[] _buffer = new byte[1500];
    private MonotonicTime _wakeAt = MonotonicTime.Never;

    public VirtualTurnClient(VirtualHost host, TransportAddress server, TurnCredential? credential, TurnAllocationSettings? settings = null)
    {
        _network = host.Network;
        _socket = host.Bind();
        _socket.Receiver = Receive;
        Machine = new TurnAllocationMachine(settings ?? new TurnAllocationSettings(), credential, server, Handle, _network.Random.Derive(host.Name));
    }

    public TurnAllocationMachine Machine { get; }

    public TransportAddress LocalAddress => _socket.LocalAddress;

    public List<TurnEvent> Events { get; } = [];

    public List<(TransportAddress Peer, string Text)> Received { get; } = [];

    public void Dispose()
    {
        Machine.Dispose();
        _socket.Dispose();
    }

    public void Start() => Run(() => Machine.Start(_network.Now));

    public void Close() => Run(() => Machine.Close(_network.Now));

    public void Permit(IpAddress peer) => Run(() => Machine.RequestPermission(_network.Now, peer).Should().BeTrue());

    public bool Send(TransportAddress peer, string text)
    {
        StunTransactionId id = StunTransactionId.Create(_network.Random);
        bool written = Machine.TryWriteSend(_buffer, peer, System.Text.Encoding.ASCII.GetBytes(text), id, out int length);
        if (written)
        {
            _socket.Send(Machine.Server, _buffer.AsSpan(0, length));
        }

        return written;
    }

    private void Receive(MonotonicTime now, TransportAddress source, ReadOnlySpan<byte> datagram)
    {
        DatagramVerdict verdict = Machine.HandleDatagram(now, new TransportPath(Handle, source), datagram);
        if (verdict.Kind == VerdictKind.Payload)
        {
            Received.Add((verdict.Peer, System.Text.Encoding.ASCII.GetString(datagram.Slice(verdict.PayloadOffset, verdict.PayloadLength))));
        }

        Pump();
    }

    private void Run(Action input)
    {
        input();
        Pump();
    }

    private void Pump()
    {
        while (Machine.HasPendingStart)
        {
            Machine.StartPending(_network.Now);
        }

        while (Machine.TryGetTransmit(_network.Now, _buffer, out Transmit transmit))
        {
            _socket.Send(transmit.Destination, _buffer.AsSpan(0, transmit.Length));
        }

        while (Machine.TryGetEvent(out TurnEvent fact))
        {
            Events.Add(fact);
        }

        MonotonicTime next = Machine.NextTimeout.At;
        if (next < _wakeAt)
        {
            _wakeAt = next;
            _network.Schedule(next, Wake);
        }
    }

    private void Wake()
    {
        _wakeAt = MonotonicTime.Never;
        Run(() => Machine.HandleTimeout(_network.Now));
    }
}
