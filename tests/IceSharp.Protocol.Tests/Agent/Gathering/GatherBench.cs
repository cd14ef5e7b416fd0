using IceSharp.Protocol.Agent;
using IceSharp.Protocol.Discovery;
using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Tests.Agent;

/// <summary>One agent with a scripted host: interfaces, routes, names and ports as the test wants them, and nothing that answers datagrams.</summary>
internal sealed class GatherBench
{
    private readonly byte[] _buffer = new byte[1500];
    private ushort _nextPort = 50000;

    public GatherBench(IceAgentMachineOptions? options = null, params LocalInterfaceAddress[] interfaces)
    {
        Interfaces = [.. interfaces];
        Machine = new IceAgentMachine(options ?? new IceAgentMachineOptions(), new TestRandom("gathering"), new IntervalPacingGate());
    }

    public IceAgentMachine Machine { get; }

    public MonotonicTime Now { get; private set; }

    /// <summary>What the host lists; may change at any time.</summary>
    public List<LocalInterfaceAddress> Interfaces { get; }

    /// <summary>The local address of every route of a family.</summary>
    public Dictionary<IpFamily, LocalInterfaceAddress> Routes { get; } = [];

    /// <summary>Addresses of server names.</summary>
    public Dictionary<string, string[]> Names { get; } = [];

    public List<BindUdpRequest> Binds { get; } = [];

    /// <summary>Connections that the agent wants; never answered.</summary>
    public List<ConnectRequest> Connects { get; } = [];

    public List<CloseSocketRequest> Closed { get; } = [];

    public List<IceAgentEvent> Events { get; } = [];

    public List<(MonotonicTime At, SocketHandle Socket, TransportAddress Destination, byte[] Bytes)> Sent { get; } = [];

    /// <summary>Called for every event at the instant at which it happens.</summary>
    public Action<IceAgentEvent>? Observer { get; set; }

    public IReadOnlyList<IceCandidate> Candidates => Machine.CreateLocalDescription().Streams[0].Candidates;

    public static LocalInterfaceAddress On(string name, string address) => new(name, IpAddress.Parse(address)) { PrefixLength = address.Contains(':', StringComparison.Ordinal) ? 64 : 24 };

    public static LocalInterfaceAddress Temporary(string name, string address) => On(name, address) with { IsTemporary = true };

    /// <summary>Adds a stream and starts.</summary>
    public GatherBench Gather(int components = 1)
    {
        Machine.AddDataStream("audio", components);
        Machine.StartGathering(Now);
        Drain();
        return this;
    }

    public void Run(double seconds)
    {
        MonotonicTime end = Now + TimeSpan.FromSeconds(seconds);
        while (Machine.NextTimeout.At <= end)
        {
            Now = MonotonicTime.Max(Now, Machine.NextTimeout.At);
            Machine.HandleTimeout(Now);
            Drain();
        }

        Now = end;
    }

    public void Drain()
    {
        bool more = true;
        while (more)
        {
            more = false;
            while (Machine.TryGetTransmit(Now, _buffer, out Transmit transmit))
            {
                Sent.Add((Now, transmit.Socket, transmit.Destination, _buffer[..transmit.Length]));
            }

            while (Machine.TryGetHostRequest(out IceHostRequest? request))
            {
                more = true;
                Answer(request);
            }

            while (Machine.TryGetEvent(out IceAgentEvent? fact))
            {
                more = true;
                Events.Add(fact);
                Observer?.Invoke(fact);
            }
        }
    }

    private void Answer(IceHostRequest request)
    {
        switch (request)
        {
            case ListInterfacesRequest list:
                Machine.HandleHostAnswer(Now, new InterfacesListed(list.Id, [.. Interfaces]));
                break;
            case FindRouteRequest find:
                Machine.HandleHostAnswer(Now, new RouteFound(find.Id, Routes.GetValueOrDefault(find.Destination.Family), "no route"));
                break;
            case BindUdpRequest bind:
                Binds.Add(bind);
                Machine.HandleHostAnswer(Now, new SocketBound(bind.Id, new TransportAddress(bind.LocalAddress.Address, _nextPort++)));
                break;
            case ResolveServerRequest resolve:
                Machine.HandleHostAnswer(Now, Names.TryGetValue(resolve.Uri.Host, out string[]? found)
                    ? new ServerResolved(resolve.Id, [new ServerTarget(StunUriTransport.Udp, null, resolve.Uri.Host, [.. found.Select(IpAddress.Parse)], resolve.Uri.EffectivePort)])
                    : new ResolveFailed(resolve.Id, HostError.NameNotFound, "no such name"));
                break;
            case ConnectRequest connect:
                Connects.Add(connect);
                break;
            case CloseSocketRequest close:
                Closed.Add(close);
                break;
            default:
                throw new NotSupportedException(request.ToString());
        }
    }
}
