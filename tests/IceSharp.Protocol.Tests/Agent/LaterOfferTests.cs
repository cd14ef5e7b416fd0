using IceSharp.Protocol.Agent;
using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Agent;

/// <summary>Offers and answers in the middle of a call (RFC 8839 §4.4, §7): restarts, streams that fall back, and what the media lines say.</summary>
public class LaterOfferTests
{
    [Fact]
    [Rfc("ICE-8839-4.4.2.1-a")]
    public void The_answer_to_a_restart_has_another_fragment_and_another_password_and_the_same_addresses()
    {
        Call call = new Call().Complete();
        IceStreamDescription before = call.Right.Machine.CreateLocalDescription().Streams[0];
        call.Left.Machine.Restart(call.Wire.Now);

        call.Right.Machine.SetRemoteDescription(call.Wire.Now, call.Left.Machine.CreateLocalDescription(IceDescriptionKind.Offer), IceDescriptionKind.Offer);

        IceStreamDescription answer = call.Right.Machine.CreateLocalDescription(IceDescriptionKind.Answer).Streams[0];
        answer.Ufrag.Should().NotBe(before.Ufrag);
        answer.Password.Should().NotBe(before.Password);
        answer.Candidates.Select(c => (c.Address, c.Priority)).Should().Equal(before.Candidates.Select(c => (c.Address, c.Priority)));
    }

    [Fact]
    [Rfc("ICE-8839-7.5-a")]
    public void A_fresh_offer_on_demand_restarts_every_stream_and_shows_the_candidates_in_use()
    {
        Call call = new Call(streams: 2).Complete();
        IceDescription before = call.Left.Machine.CreateLocalDescription();
        TransportAddress[] used = [.. Enumerable.Range(0, 2).Select(i => call.Left.Machine.GetRoute(i, 1)!.Pair.Local.Address)];

        call.Left.Machine.Restart(call.Wire.Now);
        IceDescription offer = IceDescription.Parse(call.Left.Machine.CreateLocalDescription(IceDescriptionKind.Offer).ToSdp());

        offer.Streams.Select(s => s.Ufrag).Should().OnlyHaveUniqueItems().And.NotIntersectWith(before.Streams.Select(s => s.Ufrag));
        offer.Streams.Select(s => s.Password).Should().NotIntersectWith(before.Streams.Select(s => s.Password));
        offer.Streams.Zip(used).Should().OnlyContain(s => s.First.Candidates.Any(c => c.Address == s.Second));
        offer.Streams.Should().OnlyContain(s => s.RemoteCandidates.Count == 0);
    }

    [Fact]
    [Rfc("ICE-8839-5.4-g")]
    public void Credentials_are_fresh_in_each_agent_and_with_each_restart()
    {
        var seen = new List<string>();
        foreach (string seed in new[] { "one", "two", "three" })
        {
            using var bench = new CheckBench(streams: 2, seed: seed);
            for (int restart = 0; restart < 4; restart++)
            {
                seen.AddRange(bench.Machine.CreateLocalDescription().Streams.SelectMany(s => new[] { s.Ufrag, s.Password }));
                bench.Machine.Restart(bench.Now);
            }
        }

        seen.Should().HaveCount(3 * 4 * 2 * 2).And.OnlyHaveUniqueItems();
    }

    [Fact]
    [Rfc("ICE-8839-4.4.3.1-e")]
    public void A_later_answer_without_ICE_ends_ICE_for_its_stream_only_and_its_credentials_never_come_again()
    {
        Call call = new Call(streams: 2).Complete();
        IceDescription before = call.Left.Machine.CreateLocalDescription();
        IceDescription answer = call.Right.Machine.CreateLocalDescription(IceDescriptionKind.Answer);

        call.Left.Machine.SetRemoteDescription(
            call.Wire.Now, answer with { Streams = [answer.Streams[0], answer.Streams[1] with { Ufrag = "", Password = "", Candidates = [] }] }, IceDescriptionKind.Answer);
        call.Left.Drain();

        call.Left.Events.OfType<StreamEnded>().Should().ContainSingle().Which.Should().Match<StreamEnded>(e => e.Stream == 1 && e.Why == IceStreamEnd.WithoutIce);
        call.Left.Machine.GetRoute(0, 1).Should().NotBeNull("the session goes on");
        call.Left.Machine.State.Should().Be(IceConnectionState.Completed);
        call.Left.Machine.Restart(call.Wire.Now);
        IceDescription next = call.Left.Machine.CreateLocalDescription(IceDescriptionKind.Offer);
        next.Streams[1].Should().Match<IceStreamDescription>(s => !s.SupportsIce && !s.IsRejected, "it goes on as plain media");
        call.Left.Machine.AddDataStream("again", 1);
        call.Left.Machine.CreateLocalDescription(IceDescriptionKind.Offer).Streams.Select(s => s.Ufrag).Should().NotIntersectWith(before.Streams.Select(s => s.Ufrag));
    }

    [Theory]
    [InlineData("sendonly")]
    [InlineData("recvonly")]
    [InlineData("inactive")]
    [Rfc("ICE-8839-6-a")] // T38
    public void Keepalives_go_on_whatever_direction_and_bandwidth_a_description_says(string direction)
    {
        Call call = new Call(new IceAgentMachineOptions { ConsentFreshness = false }).Complete();
        foreach ((Wire.Station from, Wire.Station to, IceDescriptionKind kind) in new[] { (call.Left, call.Right, IceDescriptionKind.Offer), (call.Right, call.Left, IceDescriptionKind.Answer) })
        {
            string held = from.Machine.CreateLocalDescription(kind).ToSdp() + $"b=AS:0\r\nb=RS:0\r\nb=RR:0\r\na={direction}\r\n";
            IceDescription.TryParse(held, kind, out IceDescription? description, out _).Should().BeTrue();
            to.Machine.SetRemoteDescription(call.Wire.Now, description!, kind);
        }

        call.Wire.Trace.Clear();
        call.Wire.Run(60);

        call.Sent(call.Left, StunClass.Indication).Should().HaveCountGreaterThanOrEqualTo(3);
        call.Sent(call.Right, StunClass.Indication).Should().HaveCountGreaterThanOrEqualTo(3);
    }

    [Theory]
    [InlineData(20, 80)]
    [InlineData(80, 20)]
    [InlineData(80, 80)]
    [Rfc("ICE-8839-5.5-b")]
    public void Both_sides_pace_by_the_larger_proposal(int left, int right)
    {
        var wire = new Wire(TimeSpan.FromMilliseconds(10)) { Loses = _ => true };
        Wire.Station[] stations = [Station(wire, "left", left), Station(wire, "right", right)];
        stations[1].Machine.SetRemoteDescription(wire.Now, IceDescription.Parse(stations[0].Machine.CreateLocalDescription().ToSdp()));
        stations[0].Machine.SetRemoteDescription(wire.Now, IceDescription.Parse(stations[1].Machine.CreateLocalDescription().ToSdp()));
        wire.Run(0.4);

        foreach (string name in new[] { "left", "right" })
        {
            MonotonicTime[] at = [.. wire.Trace.Where(f => f.From == name).Select(f => f.At)];
            at.Zip(at.Skip(1), (a, b) => (b - a).TotalMilliseconds).Should().HaveCountGreaterThan(2).And.OnlyContain(gap => gap == 80);
        }
    }

    [Fact]
    [Rfc("ICE-8839-9.3-a")]
    public void A_destination_that_answers_no_check_gets_checks_and_never_data()
    {
        TransportAddress victim = TransportAddress.Parse("203.0.113.99:9999");
        var wire = new Wire(TimeSpan.FromMilliseconds(10));
        Wire.Station left = Station(wire, "left", 50), right = Station(wire, "right", 50);
        right.Machine.SetRemoteDescription(wire.Now, left.Machine.CreateLocalDescription());
        IceDescription answer = right.Machine.CreateLocalDescription();
        IceCandidate hostile = answer.Streams[0].Candidates[0] with { Address = victim, Foundation = "victim", Priority = int.MaxValue };
        left.Machine.SetRemoteDescription(wire.Now, answer with { Streams = [answer.Streams[0] with { Candidates = [hostile, .. answer.Streams[0].Candidates] }] });
        for (int i = 0; i < 100; i++)
        {
            if (left.Machine.GetRoute(0, 1) is { } route)
            {
                route.Destination.Should().NotBe(victim);
                left.SendData(0, 1, [0x80, (byte)i]);
            }

            wire.Run(0.02);
        }

        wire.Trace.Should().Contain(f => f.Bytes.Length == 2, "data flowed");
        wire.Trace.Where(f => f.Destination == victim).Should().NotBeEmpty().And.OnlyContain(f => Call.Is(f, StunClass.Request));
    }

    private static Wire.Station Station(Wire wire, string name, int pacing)
    {
        string net = name == "left" ? "10.0.1" : "10.0.2";
        Wire.Station station = wire.Add(name, new IceAgentMachineOptions { Pacing = TimeSpan.FromMilliseconds(pacing) }, [.. Enumerable.Range(1, 3).Select(i => $"{net}.{i}")]);
        station.Machine.AddDataStream("audio", 1);
        station.Machine.StartGathering(wire.Now);
        station.Drain();
        return station;
    }
}
