using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.Protocol.Framing;
using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Agents;

/// <summary>Calls through the relay that last: permissions, channels, allocations and nonces age, and nobody notices.</summary>
public class RelayedCallTests
{
    private static readonly TimeSpan Day = TimeSpan.FromHours(24), Second = TimeSpan.FromSeconds(1), NonceLifetime = TimeSpan.FromMinutes(10);

    [Fact]
    [Rfc("ICE-8445-12.1-d")]
    [Rfc("ICE-8445-7.2.1-c")]
    [Rfc("ICE-8445-12.1-c")]
    public void Checks_go_in_Send_indications_and_data_of_the_selected_pair_on_a_channel()
    {
        using VirtualPair pair = Relayed();
        pair.Connect().Should().Be(RunOutcome.Reached);
        List<PacketRecord> checking = [.. ToServer(pair)];
        checking.Should().Contain(r => IsStun(r, StunMethod.Send)).And.NotContain(r => IsChannelData(r));
        pair.Network.RunFor(Second);

        DataRoute route = pair.Offerer.Machine.GetRoute(0, 1)!;
        route.Channel.Should().Be(0x4000);
        RouteChanged last = pair.Offerer.Events.OfType<RouteChanged>().Last();
        last.Route.Should().Be(route);
        pair.Offerer.Events.OfType<RouteChanged>().Select(e => e.Route!.Channel).Should().EndWith([null, (ushort)0x4000]);
        pair.Network.Trace.Clear();
        pair.Offerer.TrySend("\u0001data"u8).Should().BeTrue();
        pair.Network.RunFor(Second);

        pair.Answerer.Received.Should().ContainSingle().Which.Bytes.ToArray().Should().Equal("\u0001data"u8.ToArray());
        ToServer(pair).Should().ContainSingle(r => IsChannelData(r)).And.NotContain(r => IsStun(r, StunMethod.Send));
    }

    [Fact]
    [Rfc("ICE-8445-7.1.1-b")]
    public void A_check_through_a_relay_has_the_priority_of_a_peer_reflexive_candidate_too()
    {
        using VirtualPair pair = Relayed();
        pair.Connect().Should().Be(RunOutcome.Reached);

        uint[] priorities = [.. ToServer(pair).Select(InnerPriority).OfType<uint>().Distinct()];

        // Where the type preference is that of a relay, the same local preference and component give the candidate's own priority.
        IceCandidate relay = pair.Offerer.Machine.CreateLocalDescription().Streams[0].Candidates[0];
        relay.Type.Should().Be(IceCandidateType.Relayed);
        priorities.Should().Contain((110u << 24) | (relay.Priority & 0xFFFFFF)).And.OnlyContain(p => p >> 24 == 110);
    }

    [Fact]
    [Rfc("ICE-8445-7.2.1-b")] // T52
    public void Permissions_stay_active_while_checks_go_on_for_ten_minutes()
    {
        using VirtualPair pair = VirtualPair.Create(new VirtualPairOptions
        {
            OffererNat = NatBehaviour.Symmetric,
            AnswererNat = NatBehaviour.Symmetric,
            Agent = new IceAgentMachineOptions { TransportPolicy = IceTransportPolicy.RelayOnly, Nomination = new NeverNominates() },
        });
        pair.Start();
        pair.Network.RunUntil(() => pair.IsConnected, TimeSpan.FromSeconds(10)).Should().Be(RunOutcome.Reached);
        int there = 0;
        pair.Answerer.DataReceiver = _ => there++;
        for (int second = 0; second < 660; second++)
        {
            pair.Offerer.TrySend([1]).Should().BeTrue();
            pair.Network.RunFor(Second);
        }

        pair.IsCompleted.Should().BeFalse("ICE has not concluded");
        there.Should().Be(660, "no gap in the permissions of either relay");
        MonotonicTime[] installed = [.. ToServer(pair).Where(r => IsStun(r, StunMethod.CreatePermission)).Select(r => r.SentAt)];
        installed.Should().HaveCountGreaterThanOrEqualTo(2 * 3, "each lives 300 s");
    }

    [Fact]
    [Rfc("ICE-7983-7-c")]
    [Rfc("ICE-7983-6-a")]
    public void Every_first_byte_passes_a_channel_and_a_direct_path()
    {
        foreach (bool relayed in new[] { true, false })
        {
            using VirtualPair pair = relayed ? Relayed() : VirtualPair.Create();
            pair.Connect();
            pair.Network.RunFor(Second);
            for (int first = 0; first < 256; first++)
            {
                pair.Offerer.TrySend([(byte)first, 0, 0, 0]);
            }

            pair.Network.RunFor(Second);
            pair.Answerer.Received.Select(d => (int)d.Bytes.Span[0]).Should().Equal(Enumerable.Range(0, 256));
        }
    }

    [Fact]
    public void Two_answers_to_one_offer_use_one_allocation()
    {
        using VirtualPair pair = Relayed();
        pair.Connect().Should().Be(RunOutcome.Reached);
        using VirtualAgent second = new(pair.Network.AddHost("second branch", "198.51.100.77"), new IceAgentMachineOptions());
        second.AddDataStream();
        second.SetRemoteDescription(pair.Offerer.CreateLocalDescription(), IceDescriptionKind.Offer);
        pair.Network.RunUntil(() => second.Machine.GatheringState == IceGatheringState.Complete, Second);

        pair.Offerer.SetRemoteDescription(second.CreateLocalDescription(IceDescriptionKind.Answer), IceDescriptionKind.Answer);
        pair.Network.RunUntil(() => second.Machine.State == IceConnectionState.Completed && pair.IsCompleted, TimeSpan.FromSeconds(5)).Should().Be(RunOutcome.Reached);
        pair.Network.RunFor(Second);
        pair.Offerer.TrySend("to the second"u8).Should().BeTrue();
        pair.Network.RunFor(Second);

        pair.Offerer.Machine.GetRoute(0, 1)!.Pair.Local.Type.Should().Be(IceCandidateType.Relayed);
        second.Received.Should().ContainSingle();
        pair.Server!.Events.OfType<AllocationCreated>().Should().HaveCount(2, "one of each of the first two agents");
    }

    [Fact]
    [Rfc("ICE-7983-7-c")]
    public void Channel_data_from_elsewhere_than_the_server_is_dropped_and_counted()
    {
        using VirtualPair pair = Relayed();
        pair.Connect();
        pair.Network.RunFor(Second);
        TransportPath forged = new(pair.Offerer.Machine.GetRoute(0, 1)!.Socket, TransportAddress.Parse("203.0.113.99:3478"));

        pair.Offerer.Machine.HandleDatagram(pair.Network.Now, forged, [0x40, 0, 0, 1, 7]).Should().Be(DatagramVerdict.Dropped(DropReason.UnacceptedSource));

        pair.Offerer.Machine.GetDropCount(DropReason.UnacceptedSource).Should().Be(1);
    }

    [Fact]
    [Rfc("TURN-8656-12.3-a")]
    [Rfc("TURN-8656-5-c")]
    public void A_day_long_call_loses_no_packet_while_nonces_expire_every_ten_minutes()
    {
        using VirtualPair pair = Relayed();

        Call(pair, Day);

        pair.Server!.Events.OfType<AllocationEnded>().Should().BeEmpty();
    }

    [Theory]
    [InlineData(StunMethod.Refresh)]
    [InlineData(StunMethod.CreatePermission)]
    [InlineData(StunMethod.ChannelBind)]
    [Rfc("TURN-8656-7.4-438")]
    public void A_day_long_call_survives_438_to_each_request_of_a_kind(StunMethod method)
    {
        using VirtualPair pair = Relayed();

        Call(pair, Day, perMinute: () => pair.Server!.Machine.Faults.RefuseNext(method, 438));
    }

    [Fact]
    public void An_allocation_is_made_through_438_too()
    {
        using VirtualPair pair = Relayed(p => p.Server!.Machine.Faults.RefuseNext(StunMethod.Allocate, 438, 2));

        Call(pair, TimeSpan.FromMinutes(30));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_day_long_call_loses_no_packet_when_one_response_in_three_is_lost(int phase)
    {
        using VirtualPair pair = Relayed();
        int responses = phase;
        pair.Network.DropRule = (_, source, destination, datagram) =>
            source.Port == VirtualStunTurnServer.DefaultPort
            && destination.Address == pair.OffererNat!.ExternalAddress
            && StunReader.TryParse(datagram, out StunReader message) == StunParseStatus.Ok
            && message.Class is StunClass.SuccessResponse or StunClass.ErrorResponse
            && ++responses % 3 == 0;

        Call(pair, Day);

        responses.Should().BeGreaterThan(500, "otherwise nothing was tried");
    }

    [Fact]
    [Rfc("TURN-8656-12.3-b")]
    public void An_unexpected_400_to_ChannelBind_gives_the_allocation_back_and_takes_the_route_away()
    {
        using VirtualPair pair = Relayed(p => p.Server!.Machine.Faults.RefuseNext(StunMethod.ChannelBind, 400));
        pair.Connect().Should().Be(RunOutcome.Reached);

        pair.Network.RunFor(TimeSpan.FromSeconds(5));

        pair.Server!.Events.OfType<AllocationEnded>().Should().ContainSingle().Which.WasReleased.Should().BeTrue();
        new[] { pair.Offerer, pair.Answerer }.Count(a => a.Machine.GetRoute(0, 1) is null).Should().Be(1, "one of them was told 400");
    }

    private static VirtualPair Relayed(Action<VirtualPair>? prepare = null)
    {
        VirtualPair pair = VirtualPair.Create(new VirtualPairOptions
        {
            OffererNat = NatBehaviour.Symmetric,
            AnswererNat = NatBehaviour.Symmetric,
            Agent = new IceAgentMachineOptions { TransportPolicy = IceTransportPolicy.RelayOnly },
            Server = new StunTurnServerOptions { NonceLifetime = NonceLifetime },
        });
        prepare?.Invoke(pair);
        return pair;
    }

    // One packet a second each way; every one has to arrive.
    private static void Call(VirtualPair pair, TimeSpan length, Action? perMinute = null)
    {
        pair.Connect().Should().Be(RunOutcome.Reached);
        pair.IsCompleted.Should().BeTrue();
        pair.Network.RunFor(TimeSpan.FromSeconds(5));
        pair.Network.Trace.IsRecording = false;
        pair.Offerer.KeepsReceived = pair.Answerer.KeepsReceived = false;
        int there = 0, back = 0, onChannel = 0;
        pair.Answerer.DataReceiver = _ => there++;
        pair.Offerer.DataReceiver = _ => back++;
        int seconds = (int)length.TotalSeconds;
        for (int second = 0; second < seconds; second++)
        {
            if (second % 60 == 0)
            {
                perMinute?.Invoke();
            }

            onChannel += pair.Offerer.Machine.GetRoute(0, 1)?.Channel is null ? 0 : 1;
            pair.Offerer.TrySend([1, 2, 3]).Should().BeTrue();
            pair.Answerer.TrySend([4, 5, 6]).Should().BeTrue();
            pair.Network.RunFor(Second);
            if (there <= second || back <= second)
            {
                (there, back).Should().Be((second + 1, second + 1), "packet {0} was sent {1} into the call", second, TimeSpan.FromSeconds(second));
            }
        }

        onChannel.Should().Be(seconds, "the channel never lapsed");
    }

    private static IEnumerable<PacketRecord> ToServer(VirtualPair pair) =>
        pair.Network.Trace.Records.Where(r => r.FinalDestination == pair.Server!.Address && r.Fate == PacketFate.Delivered);

    private static uint? InnerPriority(PacketRecord record) =>
        StunReader.TryParse(record.Bytes.Span, out StunReader outer) == StunParseStatus.Ok && outer.Method == StunMethod.Send
            && outer.GetBytes(StunAttributeType.Data, out ReadOnlySpan<byte> inner) == StunAttributeStatus.Ok
            && StunReader.TryParse(inner, out StunReader check) == StunParseStatus.Ok
            && check.GetUInt32(StunAttributeType.Priority, out uint priority) == StunAttributeStatus.Ok ? priority : null;

    private static bool IsChannelData(PacketRecord record) => ChannelDataReader.LooksLikeChannelData(record.Bytes.Span);

    private static bool IsStun(PacketRecord record, StunMethod method) =>
        StunReader.TryParse(record.Bytes.Span, out StunReader message) == StunParseStatus.Ok && message.Method == method;

    private sealed class NeverNominates : IceNominationPolicy
    {
        public override MonotonicTime NominateAt(NominationEvidence evidence) => MonotonicTime.Never;
    }
}
