using IceSharp.Protocol.Nat;
using IceSharp.Protocol.Stun;
using IceSharp.Testing;

namespace IceSharp.Protocol.Tests.Nat;

/// <summary>A probe on a bench: its time, its sockets, and a server and NAT made of a function.</summary>
internal sealed class ProbeBench : IDisposable
{
    private static readonly TimeSpan RoundTrip = TimeSpan.FromMilliseconds(20);

    private readonly byte[] _buffer = new byte[NatProbeMachine.MaxRequestBytes];
    private readonly PriorityQueue<ProbeReply, long> _onTheWay = new();

    public ProbeBench(NatProbeSettings settings, Func<ProbeRequest, ProbeReply?> network, ulong seed = 1)
    {
        Machine = new NatProbeMachine(settings, new SeededRandomSource(seed));
        Network = network;
    }

    public NatProbeMachine Machine { get; }

    public Func<ProbeRequest, ProbeReply?> Network { get; }

    public MonotonicTime Now { get; private set; }

    public Dictionary<SocketHandle, TransportAddress> Sockets { get; } = [];

    /// <summary>Every datagram that was sent, copies too.</summary>
    public List<ProbeRequest> Sent { get; } = [];

    public HashSet<ushort> TakenPorts { get; } = [];

    public bool RefusesSockets { get; set; }

    public NatReport Run()
    {
        Machine.Start(Now);
        for (int step = 0; step < 5000; step++)
        {
            Drain();
            if (Machine.Report is { } report)
            {
                Machine.NextTimeout.Should().Be(Deadline.Never);
                return report;
            }

            MonotonicTime arrival = _onTheWay.TryPeek(out _, out long at) ? new MonotonicTime(at) : MonotonicTime.Never;
            Deadline due = Machine.NextTimeout;
            MonotonicTime next = MonotonicTime.Min(due.At, arrival);
            next.IsNever.Should().BeFalse("a probe that waits for nothing would wait forever");
            Now = MonotonicTime.Max(Now, next);
            if (arrival <= due.At)
            {
                ProbeReply reply = _onTheWay.Dequeue();
                Machine.HandleDatagram(Now, new TransportPath(reply.Socket, reply.Source), reply.Datagram);
            }
            else
            {
                Machine.HandleTimeout(Now);
            }
        }

        throw new InvalidOperationException($"No report after 5000 steps: {Machine}.");
    }

    public void Dispose() => Machine.Dispose();

    private void Drain()
    {
        for (bool moved = true; moved;)
        {
            moved = false;
            while (Machine.TryGetTransmit(Now, _buffer, out Transmit transmit))
            {
                ProbeRequest request = new(Now, transmit.Socket, Sockets[transmit.Socket], transmit.Destination, _buffer[..transmit.Length]);
                Sent.Add(request);
                if (Network(request) is { } reply)
                {
                    _onTheWay.Enqueue(reply, (Now + RoundTrip + reply.Delay).Ticks);
                }
            }

            while (Machine.TryGetHostRequest(out NatHostRequest? wanted))
            {
                moved = true;
                OpenNatSocketRequest open = (OpenNatSocketRequest)wanted;
                if (RefusesSockets || TakenPorts.Contains(open.LocalAddress.Port))
                {
                    Machine.HandleHostAnswer(Now, new NatSocketRefused(open.Id));
                    continue;
                }

                Sockets.Add(open.Socket, open.LocalAddress);
                Machine.HandleHostAnswer(Now, new NatSocketOpened(open.Id));
            }
        }
    }
}
