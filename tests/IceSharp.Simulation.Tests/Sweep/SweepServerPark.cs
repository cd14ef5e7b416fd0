using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.Protocol.Stun;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Sweep;

/// <summary>The servers of a case: what agents are configured with, and what the oracle is told of them.</summary>
internal sealed class SweepServerPark : IDisposable
{
    private const string Name = "turn.example.org";

    private readonly VirtualStunTurnServer _turn, _stun, _secondTurn, _secondStun;

    public SweepServerPark(VirtualNetwork network, LinkOptions link)
    {
        StunTurnServerOptions options = new() { Users = new Dictionary<string, string> { ["user"] = "password" } };
        _turn = network.AddServer("turn", "192.0.2.1", options, link);
        _stun = network.AddServer("stun", "192.0.2.2", link: link);
        _secondTurn = network.AddServer("turn 2", "192.0.2.3", options, link);
        _secondStun = network.AddServer("stun 2", "192.0.2.4", link: link);
        _turn.ListenForStreams(StreamAddress(StunUriTransport.Tcp));
        _turn.ListenForStreams(StreamAddress(StunUriTransport.Tls), new VirtualCertificate(Name));
        network.AddName(Name, $"{_turn.Host.Address}");
    }

    public OraclePeer Describe(VirtualHost host, SweepServers servers, SweepAccess access, SweepSurplus surplus)
    {
        bool stun = servers is SweepServers.Stun or SweepServers.Both, turn = servers is SweepServers.Turn or SweepServers.Both;
        bool datagrams = access.Transports[0] == StunUriTransport.Udp;
        return new OraclePeer(host)
        {
            StunServers = !stun ? [] : surplus.HasSecondServers ? [_stun, _secondStun] : [_stun],
            TurnServers = [.. turn && datagrams ? [_turn] : Array.Empty<VirtualStunTurnServer>(), .. turn && surplus.HasSecondServers ? [_secondTurn] : Array.Empty<VirtualStunTurnServer>()],
            TurnStreams = turn ? [.. access.Transports.Where(t => t != StunUriTransport.Udp).Select(t => new OracleStreamServer(_turn, StreamAddress(t)))] : [],
        };
    }

    public IReadOnlyList<IceServerSettings> Configure(SweepServers servers, SweepAccess access, SweepSurplus surplus)
    {
        List<IceServerSettings> settings = [];
        if (servers is SweepServers.Stun or SweepServers.Both)
        {
            settings.Add(new IceServerSettings { Kind = IceServerKind.Stun, Host = $"{_stun.Host.Address}" });
            settings.Add(new IceServerSettings { Kind = IceServerKind.Stun, Host = $"{_secondStun.Host.Address}" });
        }

        if (servers is SweepServers.Turn or SweepServers.Both)
        {
            bool secure = access.Transports[0] == StunUriTransport.Tls;
            settings.Add(new IceServerSettings
            {
                Kind = IceServerKind.Turn,
                Host = secure ? Name : $"{_turn.Host.Address}",
                Port = StreamAddress(access.Transports[^1]).Port,
                IsSecure = secure,
                Transports = access.Transports,
                Username = "user",
                Password = "password",
            });
            settings.Add(new IceServerSettings { Kind = IceServerKind.Turn, Host = $"{_secondTurn.Host.Address}", Username = "user", Password = "password" });
        }

        return surplus.HasSecondServers ? settings : [.. settings.Where((_, i) => i % 2 == 0)];
    }

    public void Dispose()
    {
        foreach (VirtualStunTurnServer server in new[] { _turn, _stun, _secondTurn, _secondStun })
        {
            server.Dispose();
        }
    }

    // Where firewalls let nothing else out there is TLS on the port of the web.
    private TransportAddress StreamAddress(StunUriTransport transport) => new(_turn.Host.Address, (ushort)(transport == StunUriTransport.Tls ? 443 : VirtualStunTurnServer.DefaultPort));
}
