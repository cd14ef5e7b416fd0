using System.Text;
using IceSharp.Protocol;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Nats;

/// <summary>A socket on a virtual host that remembers what came, from where, and which errors.</summary>
internal sealed class Endpoint
{
    private readonly List<string> _received = [];
    private readonly List<TransportAddress> _sources = [];
    private readonly List<VirtualIcmpError> _errors = [];

    public Endpoint(VirtualSocket socket)
    {
        Socket = socket;
        socket.ErrorReceiver = (_, error) => _errors.Add(error);
        socket.Receiver = (_, source, datagram) =>
        {
            _sources.Add(source);
            _received.Add(Encoding.ASCII.GetString(datagram));
        };
    }

    public VirtualSocket Socket { get; }

    public TransportAddress Address => Socket.LocalAddress;

    /// <summary>The source of what came last.</summary>
    public TransportAddress Seen => _sources[^1];

    public IReadOnlyList<TransportAddress> Sources => _sources;

    public IReadOnlyList<string> Received => _received;

    public IReadOnlyList<VirtualIcmpError> Errors => _errors;

    public void Send(TransportAddress to, string text = "x") => Socket.Send(to, Encoding.ASCII.GetBytes(text));

    /// <summary>Opens a socket, on the host with that address or on a new one.</summary>
    public static Endpoint At(VirtualNetwork network, string address, VirtualSegment? segment = null)
    {
        TransportAddress parsed = TransportAddress.Parse(address);
        VirtualHost host = network.Hosts.FirstOrDefault(h => h.Address == parsed.Address && h.Interfaces[0].Segment == (segment ?? network.Internet))
            ?? network.AddHost($"host {parsed.Address} in {segment ?? network.Internet}", parsed.Address.ToString(), segment);
        return new Endpoint(host.Bind(parsed));
    }
}
