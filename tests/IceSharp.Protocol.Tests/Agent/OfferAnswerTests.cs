using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.Protocol.Framing;
using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Agent;

/// <summary>Offers and answers of two agents (RFC 8839 §4): first ones, later ones, and streams that do not use ICE.</summary>
public class OfferAnswerTests
{
    private static readonly SdpMedia Muxing = SdpMedia.Audio with { RtcpMux = true };

    private readonly Wire _wire = new(TimeSpan.FromMilliseconds(10));

    [Fact]
    [Rfc("ICE-8839-4.2.3-a")]
    [Rfc("ICE-8839-4.2.4-a")]
    [Rfc("ICE-8839-4.3.2-a")]
    [Rfc("ICE-8839-4.3.2-d")]
    public void Answerer_checks_as_soon_as_it_has_answered_and_the_offerer_answers_before_it_knows_the_answer()
    {
        Wire.Station left = Gathered("left"), right = Gathered("right");
        IceDescription offer = Sent(left.Machine.CreateLocalDescription());
        right.Machine.SetRemoteDescription(_wire.Now, offer);
        IceDescription answer = Sent(right.Machine.CreateLocalDescription());
        _wire.RunUntil(() => right.Machine.GetRoute(0, 1) is not null, 0.05);

        (left.Machine.Role, right.Machine.Role).Should().Be((IceRole.Controlling, IceRole.Controlled));
        answer.Options.Should().Contain("ice2");
        answer.PacingMilliseconds.Should().Be(50);
        answer.Streams[0].Should().Match<IceStreamDescription>(s => s.SupportsIce && s.Candidates.Count == 1);
    }

    [Fact]
    [Rfc("ICE-3264-5-a")]
    [Rfc("ICE-8839-4.4.3.1-a")]
    [Rfc("ICE-8839-4.4.1.1.2-a")]
    public void Stream_that_the_answer_rejects_falls_silent_and_gives_its_sockets_back()
    {
        Wire.Station left = Gathered("left", 1, 1), right = Gathered("right", 1, 1);
        right.Machine.SetRemoteDescription(_wire.Now, Sent(left.Machine.CreateLocalDescription()));
        right.Machine.RemoveDataStream(_wire.Now, 1);
        IceDescription answer = Sent(right.Machine.CreateLocalDescription());
        answer.Streams[1].IsRejected.Should().BeTrue();
        TransportAddress theirs = left.Machine.CreateLocalDescription().Streams[1].Candidates[0].Address;
        left.Machine.SetRemoteDescription(_wire.Now, answer);
        _wire.Trace.Clear();
        _wire.RunUntil(() => Completed(left, right), 2);

        left.Machine.GetPairs(1).Should().BeEmpty();
        left.Events.OfType<StreamEnded>().Should().ContainSingle().Which.Should().Match<StreamEnded>(e => e.Stream == 1 && e.Why == IceStreamEnd.Rejected);
        right.Events.OfType<StreamEnded>().Should().ContainSingle().Which.Why.Should().Be(IceStreamEnd.Removed);
        _wire.Trace.Should().NotContain(f => f.Source == theirs || f.Destination == theirs);
        left.Owns(theirs).Should().BeFalse("the socket is closed");
        left.Machine.CreateLocalDescription().Streams.Select(s => s.IsRejected).Should().Equal(false, true);
    }

    [Fact]
    [Rfc("ICE-8839-4.4.3.1-a")]
    public void Stream_that_is_removed_in_a_call_falls_silent_on_both_sides_and_the_other_goes_on()
    {
        (Wire.Station left, Wire.Station right) = Connected(1, 1);
        left.Machine.RemoveDataStream(_wire.Now, 0);
        left.Machine.RemoveDataStream(_wire.Now, 0);
        right.Machine.SetRemoteDescription(_wire.Now, Sent(left.Machine.CreateLocalDescription(IceDescriptionKind.Offer)), IceDescriptionKind.Offer);
        left.Machine.SetRemoteDescription(_wire.Now, Sent(right.Machine.CreateLocalDescription(IceDescriptionKind.Answer)), IceDescriptionKind.Answer);
        _wire.Run(1);
        _wire.Trace.Clear();
        _wire.Run(40);

        left.Machine.GetRoute(0, 1).Should().BeNull();
        right.Machine.GetRoute(0, 1).Should().BeNull();
        left.Machine.State.Should().Be(IceConnectionState.Completed);
        right.Machine.State.Should().Be(IceConnectionState.Completed);
        ushort alive = left.Machine.GetRoute(1, 1)!.Pair.Local.Address.Port;
        _wire.Trace.Where(f => f.From == "left").Should().NotBeEmpty().And.OnlyContain(f => f.Source.Port == alive);
        left.Events.OfType<StreamEnded>().Should().ContainSingle();
    }

    [Fact]
    [Rfc("ICE-8839-4.3.3-a")]
    public void Answer_without_ice_ends_ice_for_the_session()
    {
        Wire.Station left = Gathered("left", 1);
        left.Machine.CreateLocalDescription();
        IceDescription.TryParse("v=0\nm=audio 5000 RTP/AVP 0\nc=IN IP4 10.0.2.7\n", IceDescriptionKind.Answer, out IceDescription? answer, out _).Should().BeTrue();

        left.Machine.SetRemoteDescription(_wire.Now, answer!, IceDescriptionKind.Answer);
        _wire.Trace.Clear();
        _wire.Run(60);

        left.Machine.State.Should().Be(IceConnectionState.Failed);
        left.Events.OfType<StreamEnded>().Should().ContainSingle().Which.Why.Should().Be(IceStreamEnd.WithoutIce);
        _wire.Trace.Should().BeEmpty();
    }

    [Fact]
    [Rfc("ICE-8839-4.3.3-b")]
    [Rfc("ICE-8839-4.2.5-f")]
    [Rfc("ICE-8839-5.3-b")]
    public void Mismatch_on_one_stream_ends_ice_for_that_one_only()
    {
        Wire.Station left = Gathered("left", 1, 1), right = Gathered("right", 1, 1);
        right.Machine.SetRemoteDescription(_wire.Now, Sent(left.Machine.CreateLocalDescription()));
        IceDescription answer = Sent(right.Machine.CreateLocalDescription());
        _wire.Loses = f => f.From == "right" && f.Bytes[0] == 0 && f.Source == answer.Streams[1].Candidates[0].Address;

        left.Machine.SetRemoteDescription(_wire.Now, answer with { Streams = [answer.Streams[0], answer.Streams[1] with { IsIceMismatch = true, Candidates = [] }] });

        _wire.RunUntil(() => left.Machine.State == IceConnectionState.Completed, 2);
        left.Machine.GetPairs(1).Should().BeEmpty();
        left.Events.OfType<StreamEnded>().Should().ContainSingle().Which.Should().Match<StreamEnded>(e => e.Stream == 1 && e.Why == IceStreamEnd.Mismatch);
    }

    [Fact]
    [Rfc("ICE-8839-4.3.3-c")]
    public void Offerer_that_sees_a_mismatch_in_the_answer_ends_ice_for_the_session()
    {
        Wire.Station left = Gathered("left", 1, 1), right = Gathered("right", 1, 1);
        right.Machine.SetRemoteDescription(_wire.Now, Sent(left.Machine.CreateLocalDescription()));
        IceDescription answer = Sent(right.Machine.CreateLocalDescription());

        left.Machine.SetRemoteDescription(_wire.Now, answer with { Streams = [answer.Streams[0], Rewritten(answer.Streams[1])] });

        left.Machine.GetPairs(0).Should().BeEmpty();
        left.Machine.State.Should().Be(IceConnectionState.Failed);
        left.Drain();
        left.Events.OfType<StreamEnded>().Should().HaveCount(2).And.OnlyContain(e => e.Why == IceStreamEnd.Mismatch);
    }

    [Theory]
    [InlineData(IceMismatchHandling.AddCandidate)]
    [InlineData(IceMismatchHandling.EndIce)]
    [Rfc("ICE-8839-4.2.5-c")]
    public void Answerer_takes_a_rewritten_default_destination_as_a_candidate_or_answers_without_ice(IceMismatchHandling handling)
    {
        Wire.Station left = Gathered("left", 1), right = Gathered("right", new IceAgentMachineOptions { MismatchHandling = handling }, 1);
        IceDescription offer = Sent(left.Machine.CreateLocalDescription());

        right.Machine.SetRemoteDescription(_wire.Now, offer with { Streams = [Rewritten(offer.Streams[0])] });

        string answer = right.Machine.CreateLocalDescription().ToSdp();
        if (handling == IceMismatchHandling.EndIce)
        {
            answer.Should().Contain("a=ice-mismatch\r\n").And.NotContain("a=candidate").And.NotContain("a=ice-ufrag");
            right.Machine.GetPairs(0).Should().BeEmpty();
        }
        else
        {
            answer.Should().NotContain("ice-mismatch");
            right.Machine.GetPairs(0).Select(p => p.Remote.Address).Should().Equal(offer.Streams[0].Candidates[0].Address, TransportAddress.Parse("203.0.113.77:7777"));
        }
    }

    [Fact]
    [Rfc("ICE-8839-4.3.2-c")]
    public void Offer_without_ice_is_answered_without_any_ice_attribute()
    {
        Wire.Station right = Gathered("right", 1);
        IceDescription.TryParse("v=0\nm=audio 5000 RTP/AVP 0\nc=IN IP4 10.0.2.7\n", IceDescriptionKind.Offer, out IceDescription? offer, out _).Should().BeTrue();
        right.Machine.SetRemoteDescription(_wire.Now, offer!, IceDescriptionKind.Offer);

        right.Machine.CreateLocalDescription(IceDescriptionKind.Answer).ToSdp().Should().NotContain("a=ice-").And.NotContain("a=candidate").And.NotContain("m=audio 0");
    }

    [Fact]
    [Rfc("ICE-5761-5.1.3-a")]
    [Rfc("ICE-5761-5.1.3-b")]
    [Rfc("ICE-5761-5.1.3-d")]
    [Rfc("ICE-8445-5.1.1.1-d")]
    public void Mux_that_both_want_leaves_one_component()
    {
        Wire.Station left = Gathered("left", Muxing, 2), right = Gathered("right", Muxing, 2);
        string offer = left.Machine.CreateLocalDescription().ToSdp();
        offer.Should().Contain("a=rtcp-mux\r\n").And.Contain("a=rtcp:").And.Contain("a=candidate:1 1 UDP").And.Contain("a=candidate:1 2 UDP");
        TransportAddress rtcp = left.Machine.CreateLocalDescription().Streams[0].Candidates.Single(c => c.Component == 2).Address;

        right.Machine.SetRemoteDescription(_wire.Now, IceDescription.Parse(offer));
        IceDescription answer = Sent(right.Machine.CreateLocalDescription());
        answer.Streams[0].RtcpMux.Should().BeTrue();
        answer.Streams[0].Candidates.Should().ContainSingle().Which.Component.Should().Be(1);
        left.Machine.SetRemoteDescription(_wire.Now, answer);
        _wire.Trace.Clear();
        _wire.RunUntil(() => Completed(left, right), 2);

        left.Machine.GetPairs(0).Should().OnlyContain(p => p.Local.Component == 1);
        left.Owns(rtcp).Should().BeFalse();
        _wire.Trace.Should().NotContain(f => f.Source == rtcp || f.Destination == rtcp);
        left.Machine.GetRoute(0, 2).Should().BeNull();
        left.Events.OfType<RtcpMuxed>().Should().ContainSingle();
        left.Machine.CreateLocalDescription().Streams[0].Candidates.Should().OnlyContain(c => c.Component == 1);
    }

    [Fact]
    [Rfc("ICE-5761-5.1.3-c")]
    [Rfc("ICE-5761-5.1.1-a")]
    [Rfc("ICE-8445-4-b")]
    [Rfc("ICE-8839-4.2.2-a")]
    public void Mux_that_the_answer_refuses_leaves_two_components()
    {
        Wire.Station left = Gathered("left", Muxing, 2), right = Gathered("right", 2);
        right.Machine.SetRemoteDescription(_wire.Now, Sent(left.Machine.CreateLocalDescription()));
        IceDescription answer = Sent(right.Machine.CreateLocalDescription());
        answer.Streams[0].RtcpMux.Should().BeFalse();
        answer.Streams[0].Candidates.Select(c => c.Component).Should().Equal(1, 2);
        left.Machine.SetRemoteDescription(_wire.Now, answer);
        _wire.RunUntil(() => Completed(left, right), 2);

        DataRoute rtp = left.Machine.GetRoute(0, 1)!, rtcp = left.Machine.GetRoute(0, 2)!;
        rtp.Socket.Should().NotBe(rtcp.Socket);
        left.Machine.GetPairs(0).Should().OnlyContain(p => p.Local.Component == p.Remote.Component);
        left.SendData(0, 2, [1]);
        _wire.Run(0.1);
        right.Received.Should().ContainSingle("RTCP has its own way");
        left.Machine.CreateLocalDescription().Streams[0].RtcpMux.Should().BeFalse("it was refused");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Rfc("ICE-8445-5.1.1.1-e")] // T58
    public void Peer_without_candidates_for_rtcp_has_not_agreed_to_mux_unless_it_says_so(bool says)
    {
        Wire.Station left = Gathered("left", Muxing, 2), right = Gathered("right", says ? Muxing : SdpMedia.Audio, 1);
        IceDescription offer = left.Machine.CreateLocalDescription();
        TransportAddress rtcp = offer.Streams[0].Candidates.Single(c => c.Component == 2).Address;
        right.Machine.SetRemoteDescription(_wire.Now, Sent(offer));
        left.Machine.SetRemoteDescription(_wire.Now, Sent(right.Machine.CreateLocalDescription()));
        _wire.RunUntil(() => Completed(left, right), 3);

        left.Machine.GetPairs(0).Should().OnlyContain(p => p.Local.Component == 1);
        left.Events.OfType<RtcpMuxed>().Any().Should().Be(says);
        left.Machine.CreateLocalDescription().Streams[0].RtcpMux.Should().Be(says);
        left.Owns(rtcp).Should().Be(!says, "without its word it may also mean that there is no RTCP");
    }

    [Fact]
    [Rfc("ICE-8445-6.1.2.2-e")]
    public void Mux_that_is_agreed_late_completes_what_only_rtcp_held_up()
    {
        Wire.Station left = Gathered("left", 2), right = Gathered("right", 2);
        IceDescription offer = left.Machine.CreateLocalDescription();
        TransportAddress rtcp = offer.Streams[0].Candidates.Single(c => c.Component == 2).Address;
        _wire.Loses = f => f.Source == rtcp || f.Destination == rtcp;
        right.Machine.SetRemoteDescription(_wire.Now, Sent(offer));
        left.Machine.SetRemoteDescription(_wire.Now, Sent(right.Machine.CreateLocalDescription()));
        _wire.Run(3);
        left.Machine.State.Should().Be(IceConnectionState.Checking);

        left.Machine.UseRtcpMux(_wire.Now, 0);
        right.Machine.UseRtcpMux(_wire.Now, 0);

        _wire.RunUntil(() => Completed(left, right), 1);
    }

    [Fact]
    [Rfc("ICE-8839-4.4.1.2.2-a")]
    [Rfc("ICE-8839-5.2-b")]
    [Rfc("ICE-8839-4.4.2-a")]
    [Rfc("ICE-8839-4.2.1.2-b")]
    [Rfc("ICE-8839-4.4.1.1.1-c")]
    [Rfc("ICE-8839-4.4.2.1-b")]
    [Rfc("ICE-5245-9.1.2.1-a")]
    public void Offer_of_a_completed_stream_shows_the_nominated_pairs_and_only_the_controlling_sides_names_the_peers_candidates()
    {
        IceDescription before;
        Wire.Station left = Gathered("left", ["10.0.1.5", "10.0.1.6"], 2), right = Gathered("right", ["10.0.2.7", "10.0.2.8"], 2);
        before = left.Machine.CreateLocalDescription(IceDescriptionKind.Offer);
        before.Streams[0].Candidates.Should().HaveCount(4);
        before.Streams[0].RemoteCandidates.Should().BeEmpty("nothing is completed");
        Exchange(left, right);
        left.Machine.CreateLocalDescription(IceDescriptionKind.Offer).Streams[0].RemoteCandidates.Should().BeEmpty("nothing is completed yet");
        _wire.RunUntil(() => Completed(left, right), 3);

        foreach ((Wire.Station station, IceDescriptionKind kind) in from s in new[] { left, right } from k in new[] { IceDescriptionKind.Offer, IceDescriptionKind.Answer } select (s, k))
        {
            IceDescription description = station.Machine.CreateLocalDescription(kind);
            IceStreamDescription stream = description.Streams[0];
            IceCandidatePairInfo rtp = station.Machine.GetRoute(0, 1)!.Pair, rtcp = station.Machine.GetRoute(0, 2)!.Pair;
            stream.Candidates.Should().Equal(rtp.Local, rtcp.Local);
            (stream.DefaultDestination, stream.RtcpDestination).Should().Be((rtp.Local.Address, rtcp.Local.Address));
            stream.HasDefaultMismatch.Should().BeFalse();
            bool names = station == left && kind == IceDescriptionKind.Offer;
            stream.RemoteCandidates.Should().Equal(names ? [new(1, rtp.Remote.Address), new(2, rtcp.Remote.Address)] : []);
            if (station == left)
            {
                (description.IsLite, description.PacingMilliseconds).Should().Be((before.IsLite, before.PacingMilliseconds));
                description.Options.Should().Equal(before.Options);
                before.Streams[0].Candidates.Should().Contain(stream.Candidates, "a repeated candidate keeps everything");
            }
        }
    }

    [Fact]
    [Rfc("ICE-8839-4.4.1.2.1-a")]
    [Rfc("ICE-8839-4.4.1.2.1-b")]
    [Rfc("ICE-3264-8-a")]
    public void Offer_before_nomination_repeats_what_was_sent_and_only_changes_grow_its_version()
    {
        Wire.Station left = Gathered("left", 1);
        IceDescription first = left.Machine.CreateLocalDescription();
        left.Machine.CreateLocalDescription(IceDescriptionKind.Offer).ToSdp().Should().Be(first.ToSdp());
        left.Machine.AddDataStream("more", 1);
        IceDescription second = left.Machine.CreateLocalDescription(IceDescriptionKind.Offer);

        (second.SessionId, second.SessionVersion).Should().Be((first.SessionId, first.SessionVersion + 1));
        first.SessionId.Should().NotBe(0);
        second.Streams[0].Candidates.Should().Equal(first.Streams[0].Candidates);
        IceDescription.Parse(second.ToSdp()).Streams.Should().OnlyContain(s => !s.HasDefaultMismatch);
    }

    [Fact]
    [Rfc("ICE-8839-4.4.2-b")]
    [Rfc("ICE-8839-4.4.2-d")]
    [Rfc("ICE-8839-4.4.3.1-d")]
    public void Answer_to_an_offer_with_remote_candidates_shows_exactly_those()
    {
        (Wire.Station left, Wire.Station right) = Connected(2);
        IceDescription offer = Sent(left.Machine.CreateLocalDescription(IceDescriptionKind.Offer));
        right.Machine.SetRemoteDescription(_wire.Now, offer, IceDescriptionKind.Offer);
        right.Machine.IsAnswerPending.Should().BeFalse();
        IceStreamDescription answer = right.Machine.CreateLocalDescription(IceDescriptionKind.Answer).Streams[0];

        answer.Candidates.Select(c => new IceRemoteCandidate(c.Component, c.Address)).Should().Equal(offer.Streams[0].RemoteCandidates);
        answer.DefaultDestination.Should().Be(offer.Streams[0].RemoteCandidates[0].Address);
        left.Machine.SetRemoteDescription(_wire.Now, Sent(right.Machine.CreateLocalDescription(IceDescriptionKind.Answer)), IceDescriptionKind.Answer);
        _wire.Run(1);
        left.Events.OfType<ConnectionStateChanged>().Last().State.Should().Be(IceConnectionState.Completed);
        left.Events.OfType<UpdatedOfferNeeded>().Should().BeEmpty();
    }

    [Fact]
    [Rfc("ICE-8839-4.4.2-c")]
    public void Offer_that_overtakes_the_check_makes_the_answer_wait_and_a_failed_pair_asks_for_a_restart()
    {
        Wire.Station left = Gathered("left", 1), right = Gathered("right", 1);
        Exchange(left, right);
        _wire.Loses = f => f.From == "right" && f.Bytes[0] == 0;
        _wire.RunUntil(() => right.Machine.GetPairs(0).Any(p => p.State == IceCandidatePairState.InProgress), 1);
        IceDescription offer = Overtaking(left, right);

        right.Machine.SetRemoteDescription(_wire.Now, offer, IceDescriptionKind.Offer);
        right.Machine.IsAnswerPending.Should().BeTrue();
        _wire.Loses = _ => true;
        _wire.RunUntil(() => right.Machine.GetPairs(0).All(p => p.State == IceCandidatePairState.Failed), 120);
        right.Machine.IsAnswerPending.Should().BeFalse();
        right.Machine.SetRemoteDescription(_wire.Now, offer, IceDescriptionKind.Offer);
        right.Drain();

        right.Events.OfType<UpdatedOfferNeeded>().Should().ContainSingle().Which.Why.Should().Be(IceOfferReason.RemoteCandidatesLost);
        right.Machine.CreateLocalDescription(IceDescriptionKind.Answer).Streams[0].Candidates.Should().ContainSingle("the answer is as without remote-candidates");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Rfc("ICE-8839-4.3.4-a")]
    [Rfc("ICE-8839-4.2.1.5-b")]
    [Rfc("ICE-8445-6.1.2.2-d")]
    public void Peer_without_ice2_is_offered_the_nominated_pair_when_it_is_not_the_default(bool ice2)
    {
        Wire.Station left = Gathered("left", 1), right = Gathered("right", 1);
        right.Machine.SetRemoteDescription(_wire.Now, Sent(left.Machine.CreateLocalDescription()));
        IceDescription answer = Sent(right.Machine.CreateLocalDescription());
        IceCandidate relayed = answer.Streams[0].Candidates[0] with
        {
            Type = IceCandidateType.Relayed, Foundation = "r", Priority = 100, Address = TransportAddress.Parse("203.0.113.77:7777"),
        };

        left.Machine.SetRemoteDescription(_wire.Now, answer with
        {
            Options = ice2 ? ["ice2"] : [],
            Streams = [answer.Streams[0] with { Candidates = [.. answer.Streams[0].Candidates, relayed], DefaultDestination = relayed.Address }],
        });
        _wire.RunUntil(() => left.Machine.State == IceConnectionState.Completed, 60);
        _wire.Run(1);

        left.Events.OfType<UpdatedOfferNeeded>().Select(e => e.Why).Should().Equal(ice2 ? [] : [IceOfferReason.DefaultDestinationDiffers]);
    }

    [Fact]
    [Rfc("ICE-8839-4.3.4-b")]
    public void Stream_that_fails_asks_the_controlling_side_for_an_offer_that_removes_it()
    {
        Wire.Station left = Gathered("left", 1, 1), right = Gathered("right", 1, 1);
        TransportAddress dead = left.Machine.CreateLocalDescription().Streams[1].Candidates[0].Address;
        _wire.Loses = f => f.Source == dead || f.Destination == dead;
        Exchange(left, right);
        _wire.Run(120);

        left.Events.OfType<UpdatedOfferNeeded>().Should().ContainSingle().Which.Should().Match<UpdatedOfferNeeded>(e => e.Stream == 1 && e.Why == IceOfferReason.StreamFailed);
        right.Events.OfType<UpdatedOfferNeeded>().Should().BeEmpty("the controlled side waits for it");
    }

    [Fact]
    [Rfc("ICE-8839-4.4.2.1-c")]
    public void Later_offer_that_changes_what_only_a_restart_may_is_refused_and_changes_nothing()
    {
        (Wire.Station left, Wire.Station right) = Connected(1);
        IceDescription offer = Sent(left.Machine.CreateLocalDescription());

        FluentActions.Invoking(() => right.Machine.SetRemoteDescription(_wire.Now, offer with { PacingMilliseconds = 20 })).Should().Throw<ArgumentException>().WithMessage("*ice-pacing*");
        right.Machine.State.Should().Be(IceConnectionState.Completed);
    }

    [Fact]
    [Rfc("ICE-8839-4.4.1.1.3-a")]
    [Rfc("ICE-8839-4.4.3.1-b")]
    [Rfc("ICE-8839-4.4.3.1-c")]
    public void Stream_that_is_added_in_a_call_gets_its_own_checklist_and_the_others_stay_as_they_are()
    {
        (Wire.Station left, Wire.Station right) = Connected(1);
        IceCandidatePairInfo[] pairs = [.. left.Machine.GetPairs(0)];
        foreach (Wire.Station station in new[] { left, right })
        {
            station.Machine.AddDataStream("video", 1);
            station.Machine.StartGathering(_wire.Now);
            station.Drain();
        }

        right.Machine.SetRemoteDescription(_wire.Now, Sent(left.Machine.CreateLocalDescription(IceDescriptionKind.Offer)), IceDescriptionKind.Offer);
        left.Machine.SetRemoteDescription(_wire.Now, Sent(right.Machine.CreateLocalDescription(IceDescriptionKind.Answer)), IceDescriptionKind.Answer);

        left.Machine.GetPairs(0).Should().Equal(pairs);
        left.Machine.GetPairs(1).Should().NotBeEmpty().And.OnlyContain(p => !p.IsValid);
        _wire.RunUntil(() => Completed(left, right), 2);
        left.Machine.GetRoute(1, 1).Should().NotBeNull();
        left.Machine.CreateLocalDescription().Streams.Select(s => s.Mid).Should().Equal("0", "video");
    }

    [Fact]
    [Rfc("ICE-8839-7.1.1-a")]
    public void Answerer_has_no_way_for_data_before_every_component_has_a_valid_pair()
    {
        Wire.Station left = Gathered("left", 2), right = Gathered("right", 2);
        TransportAddress rtcp = left.Machine.CreateLocalDescription().Streams[0].Candidates.Single(c => c.Component == 2).Address;
        _wire.Loses = f => f.Source == rtcp || f.Destination == rtcp;
        Exchange(left, right);
        _wire.Run(2);
        right.Machine.GetPairs(0).Should().Contain(p => p.IsValid && p.Local.Component == 1);
        right.Machine.GetRoute(0, 1).Should().BeNull();
        left.Machine.GetRoute(0, 1).Should().NotBeNull("the offerer may");

        _wire.Loses = _ => false;
        _wire.RunUntil(() => right.Machine.GetRoute(0, 1) is not null && right.Machine.GetRoute(0, 2) is not null, 10);
    }

    [Fact]
    [Rfc("ICE-8839-5.4-h")]
    public void Username_fragments_are_compared_letter_by_letter()
    {
        Wire.Station left = Gathered("left", 1);
        IceStreamDescription stream = left.Machine.CreateLocalDescription().Streams[0];
        byte[] answer(string ufrag)
        {
            _wire.Trace.Clear();
            left.Machine.HandleDatagram(_wire.Now, new TransportPath(left.FirstSocket, TransportAddress.Parse("10.0.9.9:9000")), Check(ufrag, stream.Password));
            left.Drain();
            return _wire.Trace.Should().ContainSingle().Subject.Bytes;
        }

        answer(stream.Ufrag)[0].Should().Be(0x01, "a success response");
        string other = new([.. stream.Ufrag.Select(c => char.IsLower(c) ? char.ToUpperInvariant(c) : char.ToLowerInvariant(c))]);
        answer(other)[..2].Should().Equal(0x01, 0x11);
    }

    [Fact]
    [Rfc("ICE-5761-4-a")]
    public void Rtcp_is_told_from_rtp_by_the_second_byte_and_payload_types_64_to_95_are_not_used()
    {
        for (int second = 0; second < 256; second++)
        {
            RtcpMux.IsRtcp([0x80, (byte)second]).Should().Be(second is >= 192 and <= 223, $"{second}");
        }

        RtcpMux.IsRtcp([0x80]).Should().BeFalse();
        RtcpMux.IsRtcp([0x16, 200]).Should().BeFalse("DTLS");
        Enumerable.Range(0, 128).Where(RtcpMux.IsUsablePayloadType).Should().Equal(Enumerable.Range(0, 64).Concat(Enumerable.Range(96, 32)));
    }

    [Fact]
    [Rfc("ICE-7983-3-a")]
    [Rfc("ICE-webrtc-stun-c")]
    public void No_method_above_0xFF_is_used_or_understood()
    {
        typeof(StunMethod).GetFields().Where(f => f.IsStatic).Select(f => Convert.ToInt32(f.GetValue(null), System.Globalization.CultureInfo.InvariantCulture)).Should().OnlyContain(m => m <= 0xFF);
        Wire.Station left = Gathered("left", 1);
        byte[] ping = Convert.FromHexString("020000002112a442000102030405060708090a0b");
        left.Machine.HandleDatagram(_wire.Now, new TransportPath(left.FirstSocket, TransportAddress.Parse("10.0.9.9:9000")), ping).Kind.Should().Be(VerdictKind.Dropped);
        left.Drain();
        _wire.Trace.Should().BeEmpty();
    }

    [Theory]
    [InlineData("4001", 0, "two top bits")]
    [InlineData("2112a443", 4, "cookie")]
    [InlineData("0003", 2, "length")]
    [InlineData("ffffffff", -4, "fingerprint")]
    [Rfc("ICE-8489-6.3-b")]
    public void Request_that_fails_one_of_the_four_tests_is_not_answered(string patch, int at, string test)
    {
        Wire.Station left = Gathered("left", 1);
        IceStreamDescription stream = left.Machine.CreateLocalDescription().Streams[0];
        byte[] request = Check(stream.Ufrag, stream.Password);
        byte[] bytes = Convert.FromHexString(patch);
        bytes.CopyTo(request, at >= 0 ? at : request.Length + at);

        left.Machine.HandleDatagram(_wire.Now, new TransportPath(left.FirstSocket, TransportAddress.Parse("10.0.9.9:9000")), request).Kind.Should().Be(VerdictKind.Dropped, test);
        left.Drain();
        _wire.Trace.Should().BeEmpty(test);
    }

    /// <summary>The offer of a controlling side that has completed, though here its peer's checks are lost.</summary>
    private static IceDescription Overtaking(Wire.Station left, Wire.Station right)
    {
        IceDescription offer = Sent(left.Machine.CreateLocalDescription());
        return offer with
        {
            Streams = [offer.Streams[0] with { RemoteCandidates = [new(1, right.Machine.CreateLocalDescription().Streams[0].Candidates[0].Address)] }],
        };
    }

    private static IceDescription Sent(IceDescription description) => IceDescription.Parse(description.ToSdp());

    private static IceStreamDescription Rewritten(IceStreamDescription stream) =>
        stream with { DefaultDestination = TransportAddress.Parse("203.0.113.77:7777"), EndOfCandidates = true };

    private static byte[] Check(string ufrag, string password)
    {
        var buffer = new byte[300];
        using var key = StunIntegrityKey.ShortTerm(password);
        var writer = new StunWriter(buffer, StunMethod.Binding, StunClass.Request, StunTransactionId.Create(new TestRandom(ufrag)));
        writer.AddText(StunAttributeType.Username, $"{ufrag}:abcd");
        writer.AddUInt32(StunAttributeType.Priority, 1862270975);
        writer.AddUInt64(StunAttributeType.IceControlled, 1);
        writer.AddIntegrity(key);
        writer.AddFingerprint();
        return writer.Written.ToArray();
    }

    private static bool Completed(params Wire.Station[] stations) => stations.All(s => s.Machine.State == IceConnectionState.Completed);

    private void Exchange(Wire.Station left, Wire.Station right)
    {
        right.Machine.SetRemoteDescription(_wire.Now, Sent(left.Machine.CreateLocalDescription()));
        left.Machine.SetRemoteDescription(_wire.Now, Sent(right.Machine.CreateLocalDescription()));
    }

    private (Wire.Station Left, Wire.Station Right) Connected(params int[] components)
    {
        Wire.Station left = Gathered("left", components), right = Gathered("right", components);
        Exchange(left, right);
        _wire.RunUntil(() => Completed(left, right), 3);
        return (left, right);
    }

    private Wire.Station Gathered(string name, params int[] components) => Gathered(name, new IceAgentMachineOptions(), components);

    private Wire.Station Gathered(string name, SdpMedia media, params int[] components) => Gathered(name, new IceAgentMachineOptions(), Addresses(name), media, components);

    private Wire.Station Gathered(string name, string[] addresses, params int[] components) => Gathered(name, new IceAgentMachineOptions(), addresses, SdpMedia.Audio, components);

    private Wire.Station Gathered(string name, IceAgentMachineOptions options, params int[] components) => Gathered(name, options, Addresses(name), SdpMedia.Audio, components);

    private Wire.Station Gathered(string name, IceAgentMachineOptions options, string[] addresses, SdpMedia media, int[] components)
    {
        Wire.Station station = _wire.Add(name, options, addresses);
        foreach ((int index, int count) in (components.Length == 0 ? [1] : components).Index())
        {
            station.Machine.AddDataStream($"{index}", count, media);
        }

        station.Machine.StartGathering(_wire.Now);
        station.Drain();
        return station;
    }

    private static string[] Addresses(string name) => name == "left" ? ["10.0.1.5"] : ["10.0.2.7"];
}
