using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Virtual;

public class VirtualNetworkTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void A_datagram_arrives_after_the_delays_of_both_links_and_the_path()
    {
        VirtualNetwork network = new();
        VirtualSocket alice = network.AddHost("alice", "192.0.2.1", link: new LinkOptions { Delay = Milliseconds(10) }).Bind(4000);
        VirtualSocket bob = network.AddHost("bob", "192.0.2.2", link: new LinkOptions { Delay = Milliseconds(5) }).Bind(5000);
        network.Internet.SetPath(alice.LocalAddress.Address, bob.LocalAddress.Address, new LinkOptions { Delay = Milliseconds(20) });
        MonotonicTime arrived = MonotonicTime.Never;
        byte[] received = [];
        bob.Receiver = (now, source, datagram) =>
        {
            source.Should().Be(alice.LocalAddress);
            (arrived, received) = (now, datagram.ToArray());
        };

        alice.Send(bob.LocalAddress, "hello"u8);
        network.RunUntil(() => received.Length > 0, Second).Should().Be(RunOutcome.Reached);

        arrived.Should().Be(MonotonicTime.Zero + Milliseconds(35));
        received.Should().Equal("hello"u8.ToArray());
        network.Trace.Records.Should().ContainSingle().Which.Fate.Should().Be(PacketFate.Delivered);
    }

    [Fact]
    public void The_same_seed_gives_the_same_trace_byte_for_byte_and_another_seed_another_one()
    {
        byte[] first = LossyRun(42).ToArray();

        LossyRun(42).ToArray().Should().Equal(first);
        LossyRun(43).ToArray().Should().NotEqual(first);
        LossyRun(42).ToHash().Should().Be(LossyRun(42).ToHash());
    }

    [Fact]
    public void A_lossy_link_loses_about_its_share()
    {
        PacketTrace trace = LossyRun(1);

        trace.Records.Count(r => r.Fate == PacketFate.Lost).Should().BeInRange(200, 400, "1000 datagrams cross a link that loses 30 %");
    }

    [Fact]
    public void Datagrams_keep_their_order_on_a_link_without_jitter()
    {
        VirtualNetwork network = new();
        VirtualSocket alice = network.AddHost("alice", "192.0.2.1", link: new LinkOptions { Delay = Milliseconds(10) }).Bind();
        VirtualSocket bob = network.AddHost("bob", "192.0.2.2").Bind();
        List<byte> order = [];
        bob.Receiver = (_, _, datagram) => order.Add(datagram[0]);

        for (byte i = 0; i < 100; i++)
        {
            alice.Send(bob.LocalAddress, [i]);
        }

        network.RunFor(Second);
        order.Should().HaveCount(100).And.BeInAscendingOrder();
    }

    [Fact]
    public void A_run_ends_with_its_reason_and_the_clock_where_it_belongs()
    {
        VirtualNetwork network = new();
        network.RunUntil(() => false, Second).Should().Be(RunOutcome.Idle);

        network.After(Milliseconds(1500), () => { });
        network.RunUntil(() => false, Second).Should().Be(RunOutcome.TimeUp);
        network.Now.Should().Be(MonotonicTime.Zero + Second);

        void Again() => network.After(TimeSpan.Zero, Again);
        Again();
        network.RunUntil(() => false, Second, maxSteps: 100).Should().Be(RunOutcome.StepLimit);
        Action runFor = () => network.RunFor(Second, maxSteps: 100);
        runFor.Should().Throw<InvalidOperationException>();
    }

    [Fact]
    public void Nobody_there_and_nobody_listening_are_told_apart()
    {
        VirtualNetwork network = new();
        VirtualSocket alice = network.AddHost("alice", "192.0.2.1").Bind();
        network.AddHost("bob", "192.0.2.2");

        alice.Send(TransportAddress.Parse("192.0.2.2:9"), "x"u8);
        alice.Send(TransportAddress.Parse("192.0.2.3:9"), "x"u8);
        alice.Send(TransportAddress.Parse("[2001:db8::1]:9"), "x"u8);
        network.RunFor(Second);

        network.Trace.Records.Select(r => r.Fate).Should().Equal(PacketFate.NoRoute, PacketFate.NoRoute, PacketFate.NoListener);
    }

    [Fact]
    public void A_port_is_bound_once_and_free_again_after_closing()
    {
        VirtualHost host = new VirtualNetwork().AddHost("alice", "192.0.2.1");
        VirtualSocket socket = host.Bind(5000);

        Action again = () => host.Bind(5000);
        again.Should().Throw<InvalidOperationException>().WithMessage("*192.0.2.1:5000*");
        socket.Dispose();
        host.Bind(5000).LocalAddress.Port.Should().Be(5000);
    }

    [Fact]
    public void Ephemeral_ports_go_upwards_and_a_range_is_respected_until_it_is_exhausted()
    {
        VirtualHost host = new VirtualNetwork().AddHost("alice", "192.0.2.1");
        host.Bind().LocalAddress.Port.Should().Be(49152);
        host.Bind().LocalAddress.Port.Should().Be(49153);

        host.TryBind(host.Address, new PortRange(6000, 6001), out VirtualSocket? first, out _).Should().BeTrue();
        host.TryBind(host.Address, new PortRange(6000, 6001), out VirtualSocket? second, out _).Should().BeTrue();
        host.TryBind(host.Address, new PortRange(6000, 6001), out _, out HostError error).Should().BeFalse();

        error.Should().Be(HostError.PortRangeExhausted);
        (first!.LocalAddress.Port, second!.LocalAddress.Port).Should().Be((6000, 6001));
        host.TryBind(IpAddress.Parse("192.0.2.77"), PortRange.Any, out _, out error).Should().BeFalse();
        error.Should().Be(HostError.AddressNotAvailable);
    }

    [Fact]
    public void Two_hosts_cannot_have_one_address()
    {
        VirtualNetwork network = new();
        network.AddHost("alice", "192.0.2.1");

        Action clash = () => network.AddHost("bob", "192.0.2.1");
        clash.Should().Throw<InvalidOperationException>().WithMessage("*bob*192.0.2.1*alice*");
    }

    [Fact]
    public void A_scenario_rule_drops_what_it_names_and_a_link_that_is_down_everything()
    {
        VirtualNetwork network = new();
        VirtualHost host = network.AddHost("alice", "192.0.2.1");
        VirtualSocket alice = host.Bind(), bob = network.AddHost("bob", "192.0.2.2").Bind();
        network.DropRule = (_, _, _, datagram) => datagram[0] == 1;

        alice.Send(bob.LocalAddress, [1]);
        alice.Send(bob.LocalAddress, [2]);
        network.RunFor(Second);
        host.Interfaces[0].Link = LinkOptions.Down;
        alice.Send(bob.LocalAddress, [3]);
        network.RunFor(Second);

        network.Trace.Records.Select(r => r.Fate).Should().Equal(PacketFate.DroppedByRule, PacketFate.Delivered, PacketFate.Lost);
    }

    [Fact]
    public void The_timeline_names_times_addresses_message_and_fate()
    {
        VirtualNetwork network = new();
        VirtualSocket alice = network.AddHost("alice", "192.0.2.1", link: new LinkOptions { Delay = Milliseconds(20) }).Bind();
        VirtualSocket bob = network.AddHost("bob", "192.0.2.2").Bind(3478);

        alice.Send(bob.LocalAddress, [0x00, 0x01, 0x00, 0x00, 0x21, 0x12, 0xA4, 0x42, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        network.RunFor(Second);

        network.Trace.ToString().Should().Be("0.000000 +20 ms  192.0.2.1:49152 -> 192.0.2.2:3478  Binding request 20 B  Delivered at bob\n");
    }

    private static TimeSpan Milliseconds(int value) => TimeSpan.FromMilliseconds(value);

    private static PacketTrace LossyRun(ulong seed)
    {
        VirtualNetwork network = new(seed);
        Nat nat = network.AddNat("nat", NatBehaviour.Symmetric, "203.0.113.1");
        LinkOptions lossy = new() { Delay = Milliseconds(10), Jitter = Milliseconds(30), Loss = 0.3 };
        VirtualSocket alice = network.AddHost("alice", "10.0.0.2", nat.Inside, lossy).Bind();
        VirtualSocket bob = network.AddHost("bob", "192.0.2.2").Bind();
        SeededRandomSource payload = network.Random.Derive("payload");
        byte[] datagram = new byte[21];
        for (int i = 0; i < 1000; i++)
        {
            payload.Fill(datagram);
            alice.Send(bob.LocalAddress, datagram);
        }

        network.RunFor(Second);
        return network.Trace;
    }
}
