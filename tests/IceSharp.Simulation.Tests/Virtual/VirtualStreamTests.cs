using System.Text;
using IceSharp.Protocol;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Virtual;

public class VirtualStreamTests
{
    private static readonly TransportAddress ServerAddress = TransportAddress.Parse("192.0.2.1:443");

    private readonly VirtualNetwork _network = new(9);
    private readonly VirtualHost _server;
    private readonly StringBuilder _atServer = new(), _atClient = new();
    private VirtualStream? _accepted;

    public VirtualStreamTests() => _server = _network.AddHost("server", "192.0.2.1", link: Delay(5));

    [Fact]
    public void Bytes_go_both_ways_in_order_and_closing_delivers_what_was_sent()
    {
        Listen();
        VirtualStream client = Connect(_network.AddHost("client", "198.51.100.1", link: Delay(10)));
        client.Opened = () => client.Send("hello"u8);
        _network.RunUntil(() => _atServer.Length > 0, Seconds(10)).Should().Be(RunOutcome.Reached);

        // SYN, SYN ACK, then the data: three times 15 ms one way.
        _network.Now.Should().Be(MonotonicTime.Zero + TimeSpan.FromMilliseconds(45));
        _accepted!.Send(new byte[10_000]);
        _accepted.Send("."u8);
        _accepted.Close();
        _network.RunFor(Seconds(10));

        _atClient.Length.Should().Be(10_001);
        (client.State, client.End, _accepted.End).Should().Be((VirtualStreamState.Closed, VirtualStreamEnd.ClosedByPeer, VirtualStreamEnd.ClosedHere));
        (_server.OpenStreams, client.RemoteAddress).Should().Be((1, ServerAddress), "only the listener is left");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Loss_and_overtaking_delay_the_bytes_but_lose_and_mix_none(ulong seed)
    {
        VirtualNetwork network = new(seed);
        VirtualHost server = network.AddHost("server", "192.0.2.1"), client = network.AddHost(
            "client", "198.51.100.1", link: new LinkOptions { Loss = 0.25, Delay = TimeSpan.FromMilliseconds(10), Jitter = TimeSpan.FromMilliseconds(50) });
        List<byte> received = [];
        VirtualStreamEnd end = VirtualStreamEnd.None;
        server.Listen(ServerAddress).Accepted = s =>
        {
            s.Receiver = (_, bytes) => received.AddRange(bytes);
            s.Closed = e => end = e;
        };
        byte[] sent = new byte[60_000];
        network.Random.Derive("payload").Fill(sent);
        VirtualStream stream = client.Connect(new TransportAddress(client.Address, 0), ServerAddress);
        stream.Opened = () =>
        {
            stream.Send(sent);
            stream.Close();
        };

        network.RunUntil(() => end != VirtualStreamEnd.None, TimeSpan.FromMinutes(5)).Should().Be(RunOutcome.Reached);
        received.Should().Equal(sent);
        end.Should().Be(VirtualStreamEnd.ClosedByPeer);
    }

    [Theory]
    [InlineData("turn.example.org", true, VirtualStreamEnd.None)]
    [InlineData("TURN.example.org", true, VirtualStreamEnd.None)]
    [InlineData("other.example.org", true, VirtualStreamEnd.CertificateRejected)]
    [InlineData("turn.example.org", false, VirtualStreamEnd.CertificateRejected)]
    public void Tls_opens_when_name_and_issuer_are_right(string serverName, bool isTrusted, VirtualStreamEnd expected)
    {
        Listen(new VirtualCertificate("turn.example.org") { IsTrusted = isTrusted });
        VirtualStreamEnd told = VirtualStreamEnd.None;
        VirtualStream client = Connect(_network.AddHost("client", "198.51.100.1"), serverName);
        client.Opened = () => client.Send("secret"u8);
        client.Closed = end => told = end;
        _network.RunFor(Seconds(2));

        told.Should().Be(expected);
        _atServer.ToString().Should().Be(expected == VirtualStreamEnd.None ? "secret" : "");
        client.IsSecured.Should().BeTrue();
    }

    [Fact]
    public void Tls_against_plain_tcp_ends_on_the_side_that_notices()
    {
        Listen(new VirtualCertificate("turn.example.org"));
        VirtualStream plain = Connect(_network.AddHost("plain", "198.51.100.1"));
        plain.Opened = () => plain.Send("GET /"u8);
        _network.RunFor(Seconds(1));
        plain.End.Should().Be(VirtualStreamEnd.Reset);

        VirtualHost other = _network.AddHost("other", "192.0.2.2");
        other.Listen(new TransportAddress(other.Address, 80)).Accepted = s => s.Receiver = (_, _) => s.Send("400"u8);
        VirtualHost host = _network.AddHost("secure", "198.51.100.2");
        VirtualStream secure = host.Connect(new TransportAddress(host.Address, 0), new TransportAddress(other.Address, 80), "turn.example.org");
        _network.RunFor(Seconds(1));
        secure.End.Should().Be(VirtualStreamEnd.NotTls);
    }

    [Fact]
    public void Nobody_there_nobody_listening_and_a_broken_link_are_told_apart()
    {
        VirtualHost host = _network.AddHost("client", "198.51.100.1");
        VirtualStream refused = host.Connect(new TransportAddress(host.Address, 0), ServerAddress);
        VirtualStream silent = host.Connect(new TransportAddress(host.Address, 0), TransportAddress.Parse("192.0.2.99:443"));
        _network.RunFor(Seconds(1));
        (refused.End, silent.End).Should().Be((VirtualStreamEnd.Refused, VirtualStreamEnd.None));
        _network.RunFor(TimeSpan.FromMinutes(5));
        silent.End.Should().Be(VirtualStreamEnd.TimedOut);

        Listen();
        VirtualStream stranded = Connect(host);
        stranded.Opened = () =>
        {
            host.Interfaces[0].Link = LinkOptions.Down;
            stranded.Send("lost"u8);
        };
        _network.RunFor(TimeSpan.FromMinutes(5));
        stranded.End.Should().Be(VirtualStreamEnd.TimedOut);
        host.OpenStreams.Should().Be(0);
    }

    [Fact]
    public void Two_sides_that_connect_to_each_other_at_once_meet()
    {
        VirtualHost left = _network.AddHost("left", "198.51.100.1", link: Delay(10)), right = _network.AddHost("right", "198.51.100.2", link: Delay(10));
        TransportAddress here = new(left.Address, 5000), there = new(right.Address, 6000);
        VirtualStream one = left.Connect(here, there), two = right.Connect(there, here);
        one.Receiver = Into(_atClient);
        two.Opened = () => two.Send("hello"u8);
        _network.RunFor(Seconds(1));

        (one.State, two.State).Should().Be((VirtualStreamState.Open, VirtualStreamState.Open));
        _atClient.ToString().Should().Be("hello");
    }

    [Fact]
    public void An_abort_is_a_reset_there()
    {
        Listen();
        VirtualStream client = Connect(_network.AddHost("client", "198.51.100.1"));
        _network.RunUntil(() => _accepted is not null, Seconds(1)).Should().Be(RunOutcome.Reached);

        client.Abort();
        _network.RunFor(Seconds(1));

        (client.End, _accepted!.End).Should().Be((VirtualStreamEnd.ClosedHere, VirtualStreamEnd.Reset));
        Action late = () => client.Send("late"u8);
        late.Should().Throw<InvalidOperationException>();
    }

    [Fact]
    public void A_stream_passes_a_nat_from_inside()
    {
        Listen();
        Nat nat = _network.AddNat("nat", NatBehaviour.Symmetric, "203.0.113.1");
        VirtualStream client = Connect(_network.AddHost("client", "10.0.0.2", nat.Inside));
        client.Opened = () => client.Send("hello"u8);
        _network.RunUntil(() => _atServer.Length > 0, Seconds(1)).Should().Be(RunOutcome.Reached);

        _accepted!.RemoteAddress.Address.Should().Be(nat.ExternalAddress);
        _network.Trace.ToString().Should().Contain("TCP SYN  Delivered at server").And.Contain("TCP data: data 5 B");
    }

    [Fact]
    public void An_address_of_somebody_else_and_a_port_in_use_are_refused()
    {
        Listen();
        Action twice = () => Listen();
        twice.Should().Throw<InvalidOperationException>().WithMessage("*server*192.0.2.1:443*");
        Action foreign = () => _server.Connect(TransportAddress.Parse("192.0.2.7:0"), ServerAddress);
        foreign.Should().Throw<InvalidOperationException>().WithMessage("*server*192.0.2.7*192.0.2.1*");
    }

    private static LinkOptions Delay(int milliseconds) => new() { Delay = TimeSpan.FromMilliseconds(milliseconds) };

    private static TimeSpan Seconds(int value) => TimeSpan.FromSeconds(value);

    private static StreamReceiver Into(StringBuilder text) => (_, bytes) => text.Append(Encoding.ASCII.GetString(bytes));

    private void Listen(VirtualCertificate? certificate = null) => _server.Listen(ServerAddress, certificate).Accepted = stream =>
    {
        _accepted = stream;
        stream.Receiver = Into(_atServer);
    };

    private VirtualStream Connect(VirtualHost host, string? serverName = null)
    {
        VirtualStream stream = host.Connect(new TransportAddress(host.Address, 0), ServerAddress, serverName);
        stream.Receiver = Into(_atClient);
        return stream;
    }
}
