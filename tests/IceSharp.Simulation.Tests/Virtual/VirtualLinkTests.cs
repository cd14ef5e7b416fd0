using IceSharp.Protocol;
using IceSharp.Simulation.Tests.Nats;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Virtual;

public sealed class VirtualLinkTests
{
    private const int Count = 10_000;

    private readonly VirtualNetwork _network = new(6);

    [Fact]
    public void Bursts_lose_their_share_in_runs_of_their_length()
    {
        bool[] arrived = Arrivals(new LinkOptions { Bursts = new BurstLoss(Enter: 0.01, Leave: 0.1) });

        double loss = arrived.Count(a => !a) / (double)Count;
        loss.Should().BeApproximately(0.01 / 0.11, 0.02);
        int bursts = Enumerable.Range(1, Count - 1).Count(i => arrived[i - 1] && !arrived[i]);
        (arrived.Count(a => !a) / (double)bursts).Should().BeApproximately(10, 2, "a burst lasts 1 / Leave packets");
    }

    [Fact]
    public void Independent_loss_of_the_same_share_comes_in_short_runs()
    {
        bool[] arrived = Arrivals(new LinkOptions { Loss = 0.01 / 0.11 });

        int bursts = Enumerable.Range(1, Count - 1).Count(i => arrived[i - 1] && !arrived[i]);
        (arrived.Count(a => !a) / (double)bursts).Should().BeApproximately(1.1, 0.1);
    }

    [Fact]
    public void Reordered_datagrams_are_overtaken_and_duplicated_ones_come_twice()
    {
        List<int> order = Received(new LinkOptions { Reordering = 0.1, ReorderingDelay = TimeSpan.FromMilliseconds(5) });
        order.Should().HaveCount(Count).And.OnlyHaveUniqueItems();
        Enumerable.Range(1, Count - 1).Count(i => order[i] < order[i - 1]).Should().BeInRange(800, 1100);

        Received(new LinkOptions { Duplication = 0.2 }).Count.Should().BeInRange(Count + 1800, Count + 2200);
    }

    [Fact]
    public void A_rate_paces_what_arrives_and_a_full_queue_drops_the_rest()
    {
        // 1000 bits and more a packet of 125 bytes: 8 packets a second, of which 4 may wait.
        (Endpoint from, Endpoint to) = Pair(new LinkOptions { BitsPerSecond = 8000, QueueBytes = 500 });
        List<double> arrivals = [];
        to.Socket.Receiver = (now, _, _) => arrivals.Add(now.Ticks / (double)TimeSpan.TicksPerSecond);
        for (int i = 0; i < 10; i++)
        {
            from.Socket.Send(to.Address, new byte[125 - 28]);
        }

        _network.RunFor(TimeSpan.FromSeconds(10));
        arrivals.Should().Equal(0.125, 0.25, 0.375, 0.5, 0.625);
        _network.Trace.Records.Count(r => r.Fate == PacketFate.QueueFull).Should().Be(5);

        // Each direction has a queue of its own.
        to.Send(from.Address);
        _network.RunFor(TimeSpan.FromSeconds(1));
        from.Received.Should().ContainSingle();
    }

    [Theory]
    [InlineData("192.0.2.1", "198.51.100.1", false, 1472, 1473, true)]
    [InlineData("192.0.2.1", "198.51.100.1", true, 1472, 1473, false)]
    [InlineData("2001:db8::1", "2001:db8::2", false, 1452, 1453, true)]
    [InlineData("2001:db8::1", "2001:db8::2", true, 1452, 1453, false)]
    public void An_mtu_cuts_what_is_too_big_or_drops_it_with_an_error(string here, string there, bool dontFragment, int fits, int tooBig, bool arrives)
    {
        (Endpoint from, Endpoint to) = Pair(new LinkOptions { MtuBytes = 1500 }, here, there);
        from.Socket.DontFragment = dontFragment;
        from.Send(to.Address, new string('x', fits));
        from.Send(to.Address, new string('x', tooBig));
        _network.RunFor(TimeSpan.FromSeconds(1));

        to.Received.Count.Should().Be(arrives ? 2 : 1);
        from.Errors.Should().Equal(arrives ? [] : [new VirtualIcmpError(IcmpErrorKind.TooBig, to.Address) { MtuBytes = 1500 }]);
    }

    [Fact]
    public void Routers_do_not_cut_ipv6()
    {
        (Endpoint from, Endpoint to) = Pair(LinkOptions.Perfect, "2001:db8::1", "2001:db8::2");
        _network.Hosts[1].Interfaces[0].Link = new LinkOptions { MtuBytes = 1280 };
        from.Send(to.Address, new string('x', 1300));
        _network.RunFor(TimeSpan.FromSeconds(1));

        to.Received.Should().BeEmpty();
        from.Errors.Should().ContainSingle().Which.Kind.Should().Be(IcmpErrorKind.TooBig);
    }

    [Fact]
    public void A_datagram_is_lost_with_any_of_its_fragments()
    {
        (Endpoint from, Endpoint to) = Pair(new LinkOptions { MtuBytes = 1280, FragmentLoss = 0.3 });
        for (int i = 0; i < 1000; i++)
        {
            from.Send(to.Address, "small");
            from.Socket.Send(to.Address, new byte[3000]);
        }

        _network.RunFor(TimeSpan.FromSeconds(1));
        to.Received.Count(r => r == "small").Should().Be(1000);
        to.Received.Count(r => r != "small").Should().BeInRange(300, 390, "three fragments arrive together in 0.7 x 0.7 x 0.7 of the cases");
    }

    [Theory]
    [InlineData("Loss")]
    [InlineData("Reordering")]
    [InlineData("Duplication")]
    [InlineData("Mtu")]
    [InlineData("Rate")]
    [InlineData("Burst")]
    public void Conditions_that_cannot_be_are_refused(string what)
    {
        Action build = () => _ = what switch
        {
            "Loss" => new LinkOptions { Loss = 1.1 },
            "Reordering" => new LinkOptions { Reordering = -0.1 },
            "Duplication" => new LinkOptions { Duplication = double.NaN },
            "Mtu" => new LinkOptions { MtuBytes = 1000 },
            "Rate" => new LinkOptions { BitsPerSecond = -1 },
            _ => new LinkOptions { Bursts = new BurstLoss(0.5, 0) },
        };

        build.Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void The_same_seed_gives_the_same_bursts_duplicates_and_orders()
    {
        LinkOptions rough = new() { Bursts = new BurstLoss(0.1, 0.3), Reordering = 0.1, Duplication = 0.1, Jitter = TimeSpan.FromMilliseconds(3), BitsPerSecond = 1_000_000 };

        byte[] Run(ulong seed)
        {
            VirtualNetwork network = new(seed);
            Endpoint to = Endpoint.At(network, "198.51.100.1:2000"), from = Endpoint.At(network, "192.0.2.1:1000");
            network.Hosts[1].Interfaces[0].Link = rough;
            for (int i = 0; i < 500; i++)
            {
                from.Send(to.Address, $"{i}");
            }

            network.RunFor(TimeSpan.FromSeconds(5));
            return network.Trace.ToArray();
        }

        byte[] first = Run(1);
        Run(1).Should().Equal(first);
        Run(2).Should().NotEqual(first);
    }

    private bool[] Arrivals(LinkOptions link)
    {
        bool[] arrived = new bool[Count];
        Received(link).ForEach(i => arrived[i] = true);
        return arrived;
    }

    private List<int> Received(LinkOptions link)
    {
        VirtualNetwork network = new(8);
        VirtualSocket from = network.AddHost("from", "192.0.2.1", link: link).Bind(), to = network.AddHost("to", "198.51.100.1").Bind();
        List<int> received = [];
        to.Receiver = (_, _, datagram) => received.Add(BitConverter.ToInt32(datagram));
        for (int i = 0; i < Count; i++)
        {
            from.Send(to.LocalAddress, BitConverter.GetBytes(i));
            network.RunFor(TimeSpan.FromMilliseconds(1));
        }

        network.RunFor(TimeSpan.FromSeconds(1));
        return received;
    }

    private (Endpoint From, Endpoint To) Pair(LinkOptions link, string here = "192.0.2.1", string there = "198.51.100.1")
    {
        VirtualHost from = _network.AddHost("from", here, link: link), to = _network.AddHost("to", there);
        return (new Endpoint(from.Bind(1000)), new Endpoint(to.Bind(2000)));
    }
}
