using IceSharp.Protocol;
using IceSharp.Protocol.Agent;

namespace IceSharp.Protocol.Tests.Agent;

/// <summary>Agents on one network without NATs: every datagram takes the same time, unless a test drops it.</summary>
internal sealed class Wire(TimeSpan oneWayDelay, IPacingGate? gate = null)
{
    private readonly List<Station> _stations = [];
    private readonly PriorityQueue<Flight, (long At, int Order)> _flights = new();
    private int _order;

    public MonotonicTime Now { get; private set; }

    /// <summary>The gate of all agents; each has its own where the test names none.</summary>
    public IPacingGate? Gate { get; } = gate;

    /// <summary>Decides what is lost; by default nothing.</summary>
    public Func<Flight, bool> Loses { get; set; } = _ => false;

    /// <summary>Everything that was sent, in order.</summary>
    public List<Flight> Trace { get; } = [];

    public Station Add(string name, IceAgentMachineOptions options, params string[] addresses)
    {
        var station = new Station(name, this, options, addresses);
        _stations.Add(station);
        return station;
    }

    /// <summary>Runs until the condition holds, or fails the test when the virtual time is over.</summary>
    public void RunUntil(Func<bool> condition, double seconds)
    {
        MonotonicTime end = Now + TimeSpan.FromSeconds(seconds);
        for (int steps = 0; !condition(); steps++)
        {
            Step(end).Should().BeTrue($"the condition should hold within {seconds} s of virtual time");
            steps.Should().BeLessThan(100_000, "a machine should not spin");
        }
    }

    public void Run(double seconds)
    {
        MonotonicTime end = Now + TimeSpan.FromSeconds(seconds);
        for (int steps = 0; Step(end); steps++)
        {
            steps.Should().BeLessThan(100_000, "a machine should not spin");
        }

        Now = end;
    }

    public void Send(Station from, TransportAddress source, TransportAddress destination, byte[] bytes)
    {
        var flight = new Flight(Now, from.Name, source, destination, bytes);
        Trace.Add(flight);
        if (!Loses(flight))
        {
            _flights.Enqueue(flight, ((Now + oneWayDelay).Ticks, _order++));
        }
    }

    private bool Step(MonotonicTime end)
    {
        _stations.ForEach(s => s.Drain());
        MonotonicTime next = _flights.TryPeek(out _, out (long At, int Order) head) ? new MonotonicTime(head.At) : MonotonicTime.Never;
        foreach (Station station in _stations)
        {
            next = MonotonicTime.Min(next, station.Machine.NextTimeout.At);
        }

        if (next > end)
        {
            return false;
        }

        Now = MonotonicTime.Max(Now, next);
        while (_flights.TryPeek(out Flight? flight, out head) && head.At <= Now.Ticks)
        {
            _flights.Dequeue();
            _stations.Find(s => s.Owns(flight.Destination))?.Receive(flight);
        }

        foreach (Station station in _stations.Where(s => s.Machine.NextTimeout.At <= Now))
        {
            station.Machine.HandleTimeout(Now);
        }

        return true;
    }

    internal sealed record Flight(MonotonicTime At, string From, TransportAddress Source, TransportAddress Destination, byte[] Bytes);

    internal sealed class Station
    {
        private readonly Wire _wire;
        private readonly string[] _addresses;
        private readonly Dictionary<SocketHandle, TransportAddress> _sockets = [];
        private ushort _nextPort = 50000;

        public Station(string name, Wire wire, IceAgentMachineOptions options, string[] addresses)
        {
            Name = name;
            _wire = wire;
            _addresses = addresses;
            Machine = new IceAgentMachine(options, new TestRandom(name), wire.Gate ?? new IntervalPacingGate());
        }

        public string Name { get; }

        public IceAgentMachine Machine { get; }

        public List<IceAgentEvent> Events { get; } = [];

        public Action<IceAgentEvent>? OnEvent { get; set; }

        public List<byte[]> Received { get; } = [];

        public SocketHandle FirstSocket => _sockets.First().Key;

        public bool Owns(TransportAddress address) => _sockets.ContainsValue(address);

        public void Receive(Flight flight)
        {
            SocketHandle socket = _sockets.First(s => s.Value == flight.Destination).Key;
            DatagramVerdict verdict = Machine.HandleDatagram(_wire.Now, new TransportPath(socket, flight.Source), flight.Bytes);
            if (verdict.Kind == VerdictKind.Payload)
            {
                Received.Add(flight.Bytes.AsSpan(verdict.PayloadOffset, verdict.PayloadLength).ToArray());
            }

            Drain();
        }

        public void SendData(int stream, int component, byte[] data)
        {
            DataRoute route = Machine.GetRoute(stream, component) ?? throw new InvalidOperationException("no route");
            _wire.Send(this, _sockets[route.Socket], route.Destination, data);
            Machine.ReportDataSent(_wire.Now, stream, component);
        }

        public void Drain()
        {
            byte[] buffer = new byte[1500];
            bool more = true;
            while (more)
            {
                more = false;
                while (Machine.TryGetTransmit(_wire.Now, buffer, out Transmit transmit))
                {
                    _wire.Send(this, _sockets[transmit.Socket], transmit.Destination, buffer[..transmit.Length]);
                }

                while (Machine.TryGetHostRequest(out IceHostRequest? request))
                {
                    more = true;
                    Answer(request);
                }

                while (Machine.TryGetEvent(out IceAgentEvent? fact))
                {
                    Events.Add(fact);
                    OnEvent?.Invoke(fact);
                }
            }
        }

        private void Answer(IceHostRequest request)
        {
            switch (request)
            {
                case ListInterfacesRequest list:
                    Machine.HandleHostAnswer(_wire.Now, new InterfacesListed(list.Id, [.. _addresses.Select(a => new LocalInterfaceAddress("test0", IpAddress.Parse(a)))]));
                    break;
                case BindUdpRequest bind:
                    var address = new TransportAddress(bind.LocalAddress.Address, _nextPort++);
                    _sockets.Add(bind.Socket, address);
                    Machine.HandleHostAnswer(_wire.Now, new SocketBound(bind.Id, address));
                    break;
                case CloseSocketRequest close:
                    _sockets.Remove(close.Socket);
                    break;
                default:
                    throw new NotSupportedException(request.ToString());
            }
        }
    }
}
