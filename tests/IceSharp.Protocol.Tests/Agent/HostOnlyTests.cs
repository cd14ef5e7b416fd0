using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Transactions;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Agent;

/// <summary>Two agents with host candidates on one network, in virtual time.</summary>
public class HostOnlyTests
{
    private readonly Wire _wire = new(TimeSpan.FromMilliseconds(10));

    [Fact]
    [Rfc("ICE-8445-12.1-a")]
    [Rfc("ICE-8445-6.1.1-a")]
    public void Data_can_flow_after_one_round_trip_and_the_pair_is_nominated_after_two_and_Ta()
    {
        (Wire.Station left, Wire.Station right) = Exchange();

        _wire.RunUntil(() => left.Machine.GetRoute(0, 1) is not null, 1);
        _wire.Now.Should().Be(At(20), "one round trip");
        left.SendData(0, 1, [1, 2, 3]);
        _wire.RunUntil(() => right.Received.Count == 1, 1);
        _wire.RunUntil(() => left.Machine.State == IceConnectionState.Completed, 1);

        _wire.Now.Ticks.Should().BeLessThanOrEqualTo(At((2 * 20) + 50).Ticks);
        _wire.RunUntil(() => right.Machine.State == IceConnectionState.Completed, 1);
        left.Machine.Role.Should().Be(IceRole.Controlling);
        right.Machine.Role.Should().Be(IceRole.Controlled);
    }

    [Fact]
    [Rfc("STUN-8489-7-c")]
    public void Every_message_of_ICE_carries_a_right_fingerprint()
    {
        (Wire.Station left, Wire.Station right) = Exchange();
        _wire.RunUntil(() => left.Machine.State == IceConnectionState.Completed && right.Machine.State == IceConnectionState.Completed, 2);

        _wire.Trace.Should().NotBeEmpty();
        foreach (Wire.Flight flight in _wire.Trace)
        {
            StunReader.TryParse(flight.Bytes, out StunReader message).Should().Be(StunParseStatus.Ok);
            message.VerifyFingerprint().Should().Be(StunFingerprintStatus.Ok);
        }
    }

    [Fact]
    [Rfc("ICE-8445-7.3.1.1-a")]
    [Rfc("ICE-8445-7.2.5.1-a")]
    [Rfc("ICE-8445-7.3.1.1-h")]
    public void Two_controlling_agents_settle_their_roles() => SettleRoles(IceRole.Controlling);

    [Fact]
    [Rfc("ICE-8445-7.3.1.1-b")] // T16
    public void Two_controlled_agents_settle_their_roles() => SettleRoles(IceRole.Controlled);

    [Fact]
    [Rfc("ICE-8445-7.3-d")]
    [Rfc("ICE-8445-7.3-e")]
    public void A_check_that_comes_before_the_answer_is_answered_and_worked_in_later()
    {
        Wire.Station left = Gathered("left", "10.0.1.5");
        Wire.Station right = Gathered("right", "10.0.2.7");
        right.Machine.SetRemoteDescription(_wire.Now, left.Machine.CreateLocalDescription());
        IceDescription answer = right.Machine.CreateLocalDescription();

        _wire.Run(0.2);
        right.Machine.GetRoute(0, 1).Should().NotBeNull("the offerer answers checks before it knows the answer");
        left.Machine.GetPairs(0).Should().BeEmpty();

        left.Machine.SetRemoteDescription(_wire.Now, WithoutCandidates(answer));
        left.Machine.GetPairs(0).Should().ContainSingle().Which.Remote.Type.Should().Be(IceCandidateType.PeerReflexive);
        _wire.RunUntil(() => left.Machine.State == IceConnectionState.Completed && right.Machine.State == IceConnectionState.Completed, 2);
    }

    [Fact]
    [Rfc("ICE-8445-7.3.1.3-a")]
    [Rfc("ICE-8838-11-f")]
    public void A_candidate_that_is_signalled_after_it_was_learnt_is_merged()
    {
        Wire.Station left = Gathered("left", "10.0.1.5");
        Wire.Station right = Gathered("right", "10.0.2.7");
        right.Machine.SetRemoteDescription(_wire.Now, left.Machine.CreateLocalDescription());
        IceDescription answer = right.Machine.CreateLocalDescription();
        left.Machine.SetRemoteDescription(_wire.Now, WithoutCandidates(answer));
        _wire.RunUntil(() => left.Machine.GetPairs(0).Count == 1, 1);

        left.Machine.AddRemoteCandidate(_wire.Now, 0, answer.Streams[0].Candidates[0]);

        IceCandidatePairInfo pair = left.Machine.GetPairs(0).Should().ContainSingle().Subject;
        pair.Remote.Type.Should().Be(IceCandidateType.Host);
        pair.Remote.Foundation.Should().Be(answer.Streams[0].Candidates[0].Foundation);
    }

    [Fact]
    [Rfc("ICE-8445-11-b")]
    [Rfc("ICE-8445-11-e")] // T37
    [Rfc("ICE-8445-11-g")]
    [Rfc("ICE-8445-11-m")]
    public void Without_consent_a_silent_pair_gets_a_keepalive_of_28_bytes_every_15_seconds_and_data_puts_it_off()
    {
        var noConsent = new IceAgentMachineOptions { ConsentFreshness = false };
        Wire.Station left = Gathered("left", noConsent, "10.0.1.5"), right = Gathered("right", noConsent, "10.0.2.7");
        Exchange(left, right);
        _wire.RunUntil(() => Completed(left, right), 1);
        _wire.Run(1);
        _wire.Trace.Clear();
        MonotonicTime lastSent = _wire.Now;
        left.SendData(0, 1, [7]);

        _wire.Run(14.9);
        _wire.Trace.Where(f => f.From == "left" && f.Bytes.Length > 1).Should().BeEmpty();
        _wire.Run(60);

        List<Wire.Flight> keepalives = [.. _wire.Trace.Where(f => f.From == "left" && f.Bytes.Length > 1)];
        keepalives.Select(f => (f.At - lastSent).TotalSeconds).Should().Equal(15, 30, 45, 60);
        keepalives.Should().OnlyContain(f => f.Bytes.Length == 28 && f.Bytes[0] == 0x00 && f.Bytes[1] == 0x11);
        left.Machine.State.Should().Be(IceConnectionState.Completed);
        right.Machine.GetDropCount(DropReason.MalformedStun).Should().Be(0);
    }

    [Fact]
    [Rfc("ICE-8863-4-c")] // T22
    [Rfc("ICE-8863-4-b")]
    public void An_agent_that_hears_nothing_fails_when_patience_and_checks_are_over()
    {
        (Wire.Station left, _) = Exchange();
        _wire.Loses = _ => true;

        _wire.Run(39.4);
        left.Machine.State.Should().Be(IceConnectionState.Checking);
        _wire.Run(0.2);
        left.Machine.State.Should().Be(IceConnectionState.Failed);
        left.Machine.NextTimeout.At.IsNever.Should().BeTrue("nothing is left to wait for");
        left.Events.OfType<ConnectionStateChanged>().Last().Reason.Should().Contain("none of 1 candidate pair works");
    }

    [Fact]
    [Rfc("ICE-8445-7.3-b")]
    [Rfc("ICE-8489-9.1.3-a")]
    public void A_check_with_the_wrong_password_is_refused_without_integrity_and_leaves_no_trace()
    {
        Wire.Station left = Gathered("left", "10.0.1.5");
        IceDescription offer = left.Machine.CreateLocalDescription();
        var attacker = new TransportAddress(IpAddress.Parse("10.0.9.9"), 4000);
        Wire.Flight answer = Ask(left, attacker, Check(offer.Streams[0], "wrong password of no use"));

        StunReader.TryParse(answer.Bytes, out StunReader message).Should().Be(StunParseStatus.Ok);
        message.Class.Should().Be(StunClass.ErrorResponse);
        message.GetErrorCode(out int code, out _).Should().Be(StunAttributeStatus.Ok);
        code.Should().Be(401);
        message.HasIntegrity.Should().BeFalse();
        left.Machine.GetPairs(0).Should().BeEmpty();
        Deliver(left, attacker, [1, 2, 3]).Reason.Should().Be(DropReason.UnacceptedSource);
    }

    [Fact]
    [Rfc("ICE-8445-7.3-h")]
    public void A_check_without_fingerprint_gets_no_answer()
    {
        Wire.Station left = Gathered("left", "10.0.1.5");
        IceStreamDescription stream = left.Machine.CreateLocalDescription().Streams[0];
        byte[] check = Check(stream, stream.Password)[..^8];
        check[3] -= 8;
        _wire.Trace.Clear();

        Deliver(left, new TransportAddress(IpAddress.Parse("10.0.9.9"), 4000), check).Reason.Should().Be(DropReason.Fingerprint);
        _wire.Trace.Should().BeEmpty();
    }

    [Fact]
    [Rfc("ICE-8445-7.3.1.4-g")] // T14
    public void A_repeated_check_gets_the_same_answer_and_queues_nothing()
    {
        (Wire.Station left, Wire.Station right) = Exchange();
        _wire.RunUntil(() => Completed(left, right), 1);
        _wire.Run(1);
        Wire.Flight check = _wire.Trace.First(f => f.From == "right" && f.Bytes[1] == 0x01 && f.Bytes[0] == 0);
        _wire.Trace.Clear();

        Deliver(left, check.Source, check.Bytes).Kind.Should().Be(VerdictKind.Consumed);
        Deliver(left, check.Source, check.Bytes).Kind.Should().Be(VerdictKind.Consumed);
        _wire.Run(1);

        List<byte[]> sent = [.. _wire.Trace.Where(f => f.From == "left").Select(f => f.Bytes)];
        sent.Should().HaveCount(2).And.OnlyContain(b => b[0] == 0x01 && b[1] == 0x01);
        sent[0].Should().Equal(sent[1]);
    }

    [Fact]
    [Rfc("ICE-7983-7-b")]
    [Rfc("ICE-8445-12.2-d")]
    [Rfc("ICE-7983-7-e")]
    public void Data_with_any_first_byte_passes_from_the_peer_and_from_nobody_else()
    {
        (Wire.Station left, Wire.Station right) = Exchange();
        _wire.RunUntil(() => Completed(left, right), 1);
        TransportAddress peer = right.Machine.CreateLocalDescription().Streams[0].Candidates[0].Address;

        for (int first = 0; first < 256; first++)
        {
            byte[] data = [(byte)first, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20];
            DatagramVerdict verdict = Deliver(left, peer, data);
            verdict.Kind.Should().Be(VerdictKind.Payload);
            verdict.PayloadLength.Should().Be(data.Length);
            Deliver(left, peer with { Port = 1 }, data).Reason.Should().Be(DropReason.UnacceptedSource);
        }

        Deliver(left, peer, []).Kind.Should().Be(VerdictKind.Payload, "an empty datagram is data");
    }

    [Fact]
    [Rfc("ICE-8445-8.1.1-d")]
    public void A_better_pair_that_stays_silent_is_outwaited_by_the_evidence_rule()
    {
        Wire.Station left = Gathered("left", "10.0.1.5");
        Wire.Station right = Gathered("right", "10.0.2.7", "10.0.3.7");
        TransportAddress dead = Exchange(left, right).Streams[0].Candidates[0].Address;
        _wire.Loses = f => f.Source == dead || f.Destination == dead;

        _wire.RunUntil(() => left.Events.OfType<PairNominated>().Any(), 5);

        // Pair 2 answers at Ta + R = 70 ms, the peer is heard at Ta + R/2 = 60 ms. Pair 1 is given the turns of pair 2 and of its own,
        // two round trips and two spare turns: 2 Ta + Ta + 2 R + 2 Ta = 290 ms; then comes the nominating check's round trip.
        _wire.Now.Should().Be(At(290 + 20));
        left.Machine.GetRoute(0, 1)!.Peer.Should().NotBe(dead);
    }

    [Fact]
    public void However_long_the_round_trip_a_silent_pair_is_outwaited_by_the_cap()
    {
        var wire = new Wire(TimeSpan.FromSeconds(3));
        var test = new HostOnlyTests(wire);
        var patient = new IceAgentMachineOptions { Retransmission = new StunRetransmissionSettings { InitialRto = TimeSpan.FromSeconds(30) } };
        Wire.Station left = test.Gathered("left", patient, "10.0.1.5");
        Wire.Station right = test.Gathered("right", patient, "10.0.2.7", "10.0.3.7");
        TransportAddress dead = test.Exchange(left, right).Streams[0].Candidates[0].Address;
        wire.Loses = f => f.Source == dead || f.Destination == dead;

        wire.RunUntil(() => left.Events.OfType<PairNominated>().Any(), 30);

        // Two round trips alone would be 12 s; the cap is 10 s after the peer was heard, at Ta + R/2, then comes the nominating check's round trip.
        wire.Now.Should().Be(At(50 + 3000 + 10_000 + 6000));
    }

    [Fact]
    [Rfc("ICE-8445-B.4-a")]
    public void A_stranger_with_the_private_address_of_the_peer_refuses_the_check_and_only_that_pair_fails()
    {
        Wire.Station left = Gathered("left", "10.0.1.5"), right = Gathered("right", "10.0.3.7"), stranger = Gathered("stranger", "10.0.2.7");
        right.Machine.SetRemoteDescription(_wire.Now, left.Machine.CreateLocalDescription());
        IceDescription answer = right.Machine.CreateLocalDescription();
        IceCandidate real = answer.Streams[0].Candidates[0];
        TransportAddress taken = stranger.Machine.CreateLocalDescription().Streams[0].Candidates[0].Address;
        IceCandidate elsewhere = real with { Address = taken, Priority = real.Priority + 256, Foundation = "other" };
        left.Machine.SetRemoteDescription(_wire.Now, answer with { Streams = [answer.Streams[0] with { Candidates = [elsewhere, real] }] });

        _wire.RunUntil(() => Completed(left, right), 5);

        left.Machine.GetRoute(0, 1)!.Peer.Should().Be(real.Address);
        _wire.Trace.Should().Contain(f => f.Source == taken, "the stranger answers");
        stranger.Machine.GetDropCount(DropReason.Unauthenticated).Should().BePositive();
        left.Machine.GetDropCount(DropReason.Unauthenticated).Should().BePositive("its 401 has no integrity");
        stranger.Machine.GetPairs(0).Should().BeEmpty();
        left.Events.OfType<PairStateChanged>().Where(e => e.Pair.Remote.Address == taken).Should().NotContain(e => e.Pair.State == IceCandidatePairState.Succeeded);
    }

    [Fact]
    [Rfc("ICE-8445-7.2.5.2.1-a")]
    public void An_authenticated_answer_from_another_address_fails_the_pair()
    {
        (Wire.Station left, Wire.Station right) = Exchange();
        IceStreamDescription remote = right.Machine.CreateLocalDescription().Streams[0];
        left.Drain();
        byte[] check = _wire.Trace.First(f => f.From == "left").Bytes;
        _wire.Loses = _ => true;
        var buffer = new byte[200];
        using var key = StunIntegrityKey.ShortTerm(remote.Password);
        var writer = new StunWriter(buffer, StunMethod.Binding, StunClass.SuccessResponse, StunTransactionId.Read(check.AsSpan(8)));
        writer.AddXorAddress(StunAttributeType.XorMappedAddress, new TransportAddress(IpAddress.Parse("10.0.1.5"), 50000));
        writer.AddIntegrity(key);
        writer.AddFingerprint();

        TransportAddress other = remote.Candidates[0].Address with { Port = 1234 };
        Deliver(left, other, writer.Written.ToArray());

        left.Machine.GetPairs(0).Should().ContainSingle().Which.State.Should().Be(IceCandidatePairState.Failed);
    }

    [Fact]
    [Rfc("ICE-8445-7.3-l")]
    public void Garbage_never_throws_and_never_stops_a_session()
    {
        (Wire.Station left, Wire.Station right) = Exchange();
        _wire.Run(0.02);
        byte[][] seeds = [.. _wire.Trace.Select(f => f.Bytes)];
        var random = new TestRandom("garbage");
        var draw = new byte[6];
        var source = new TransportAddress(IpAddress.Parse("10.0.2.7"), 50000);
        for (int i = 0; i < 20_000; i++)
        {
            random.Fill(draw);
            byte[] mutated = [.. seeds[draw[0] % seeds.Length]];
            mutated[draw[1] % mutated.Length] ^= draw[2];
            mutated[draw[3] % mutated.Length] ^= draw[4];
            Deliver(left, source, mutated[..(mutated.Length - (draw[5] % 4))]);
            left.Drain();
        }

        _wire.RunUntil(() => Completed(left, right), 5);
    }

    [Fact]
    public void The_same_run_gives_the_same_packets_byte_for_byte()
    {
        string Run()
        {
            var wire = new Wire(TimeSpan.FromMilliseconds(10));
            var test = new HostOnlyTests(wire);
            (Wire.Station left, Wire.Station right) = test.Exchange();
            wire.RunUntil(() => Completed(left, right), 1);
            wire.Run(20);
            return string.Join('\n', wire.Trace.Select(f => $"{f.At} {f.Source} {f.Destination} {Convert.ToHexString(f.Bytes)}"));
        }

        string first = Run();
        first.Should().Contain("10.0.2.7").And.Be(Run());
    }

    public HostOnlyTests()
    {
    }

    private HostOnlyTests(Wire wire) => _wire = wire;

    private void SettleRoles(IceRole both)
    {
        Wire.Station left = Gathered("left", new IceAgentMachineOptions { Role = both }, "10.0.1.5");
        Wire.Station right = Gathered("right", new IceAgentMachineOptions { Role = both }, "10.0.2.7");
        Exchange(left, right);

        _wire.RunUntil(() => Completed(left, right), 2);

        new[] { left.Machine.Role, right.Machine.Role }.Should().BeEquivalentTo([IceRole.Controlling, IceRole.Controlled]);
        left.Events.Concat(right.Events).OfType<RoleChanged>().Should().ContainSingle("one of them switches, once");
    }

    private (Wire.Station Left, Wire.Station Right) Exchange()
    {
        Wire.Station left = Gathered("left", "10.0.1.5");
        Wire.Station right = Gathered("right", "10.0.2.7");
        Exchange(left, right);
        return (left, right);
    }

    private IceDescription Exchange(Wire.Station left, Wire.Station right)
    {
        right.Machine.SetRemoteDescription(_wire.Now, left.Machine.CreateLocalDescription());
        IceDescription answer = right.Machine.CreateLocalDescription();
        left.Machine.SetRemoteDescription(_wire.Now, answer);
        return answer;
    }

    private Wire.Station Gathered(string name, params string[] addresses) => Gathered(name, new IceAgentMachineOptions(), addresses);

    private Wire.Station Gathered(string name, IceAgentMachineOptions options, params string[] addresses)
    {
        Wire.Station station = _wire.Add(name, options, addresses);
        station.Machine.AddDataStream("audio", 1);
        station.Machine.StartGathering(_wire.Now);
        station.Drain();
        station.Machine.GatheringState.Should().Be(IceGatheringState.Complete);
        return station;
    }

    private Wire.Flight Ask(Wire.Station station, TransportAddress from, byte[] datagram)
    {
        _wire.Trace.Clear();
        Deliver(station, from, datagram);
        station.Drain();
        return _wire.Trace.Should().ContainSingle().Subject;
    }

    private DatagramVerdict Deliver(Wire.Station station, TransportAddress from, byte[] datagram) =>
        station.Machine.HandleDatagram(_wire.Now, new TransportPath(station.FirstSocket, from), datagram);

    private static byte[] Check(IceStreamDescription stream, string password)
    {
        var buffer = new byte[300];
        using var key = StunIntegrityKey.ShortTerm(password);
        var writer = new StunWriter(buffer, StunMethod.Binding, StunClass.Request, StunTransactionId.Create(new TestRandom("check")));
        writer.AddText(StunAttributeType.Username, $"{stream.Ufrag}:abcd");
        writer.AddUInt32(StunAttributeType.Priority, 1862270975);
        writer.AddUInt64(StunAttributeType.IceControlled, 1);
        writer.AddIntegrity(key);
        writer.AddFingerprint();
        return writer.Written.ToArray();
    }

    private static IceDescription WithoutCandidates(IceDescription description) =>
        description with { Streams = [.. description.Streams.Select(s => s with { Candidates = [], EndOfCandidates = false })] };

    private static bool Completed(params Wire.Station[] stations) => stations.All(s => s.Machine.State == IceConnectionState.Completed);

    private static MonotonicTime At(double milliseconds) => MonotonicTime.Zero + TimeSpan.FromMilliseconds(milliseconds);
}
