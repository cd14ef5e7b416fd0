using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.Protocol.Stun;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Invariants;

/// <summary>Each invariant is broken once, and does not complain where it is kept.</summary>
public class InvariantTests
{
    private static readonly SocketHandle Socket = new(1);
    private static readonly TransportAddress Peer = TransportAddress.Parse("198.51.100.2:5000");
    private static readonly TransportAddress Server = TransportAddress.Parse("192.0.2.1:3478");

    private ulong _ids;

    [Theory]
    [InlineData(50, true)]
    [InlineData(49, false)]
    public void A_transaction_before_its_turn_is_seen(int milliseconds, bool holds)
    {
        InvariantMonitor monitor = Monitor(new PacedTransactions(TimeSpan.FromMilliseconds(50)));

        Send(monitor, 0, Peer, Binding(StunClass.Request, NewId()));
        Send(monitor, milliseconds, Peer, Binding(StunClass.Request, NewId()));

        monitor.Violations.Should().HaveCount(holds ? 0 : 1);
    }

    [Fact]
    public void A_copy_of_a_request_and_consent_on_a_proven_path_are_no_new_transactions()
    {
        InvariantMonitor monitor = Monitor(new PacedTransactions(TimeSpan.FromMilliseconds(50)));
        StunTransactionId check = NewId();

        Send(monitor, 0, Peer, Binding(StunClass.Request, check));
        Send(monitor, 1, Peer, Binding(StunClass.Request, check));
        Receive(monitor, 2, Peer, Binding(StunClass.SuccessResponse, check), DatagramVerdict.Consumed);
        Send(monitor, 3, Peer, Binding(StunClass.Request, NewId()));

        monitor.Violations.Should().BeEmpty();
        Send(monitor, 4, Peer, Binding(StunClass.Request, NewId(), nominates: true));
        monitor.Violations.Should().ContainSingle("a nominating check is a check");
    }

    [Fact]
    public void Data_to_an_address_that_never_answered_is_seen()
    {
        InvariantMonitor monitor = Monitor(new ValidatedAddresses());
        StunTransactionId check = NewId();
        Send(monitor, 0, Peer, Binding(StunClass.Request, check));

        monitor.DataSent(At(1), Route());
        monitor.Violations.Should().ContainSingle().Which.What.Should().Contain($"{Peer}");

        Receive(monitor, 2, Peer, Binding(StunClass.SuccessResponse, check), DatagramVerdict.Consumed);
        monitor.DataSent(At(3), Route());
        monitor.Violations.Should().ContainSingle();
    }

    [Fact]
    public void An_answer_that_was_dropped_proves_nothing()
    {
        InvariantMonitor monitor = Monitor(new ValidatedAddresses());
        StunTransactionId check = NewId();
        Send(monitor, 0, Peer, Binding(StunClass.Request, check));
        Receive(monitor, 1, Peer, Binding(StunClass.SuccessResponse, check), DatagramVerdict.Dropped(DropReason.Unauthenticated));

        monitor.DataSent(At(2), Route());

        monitor.Violations.Should().ContainSingle();
    }

    [Fact]
    public void Data_from_an_address_that_showed_no_credentials_is_seen()
    {
        InvariantMonitor monitor = Monitor(new ValidatedAddresses());
        DatagramVerdict payload = DatagramVerdict.Payload(0, 3, 0, 1, Peer);

        Receive(monitor, 0, Peer, [1, 2, 3], payload);
        monitor.Violations.Should().ContainSingle();

        Receive(monitor, 1, Peer, Binding(StunClass.Request, NewId()), DatagramVerdict.Consumed);
        Receive(monitor, 2, Peer, [1, 2, 3], payload);
        monitor.Violations.Should().ContainSingle();
    }

    [Fact]
    public void What_goes_through_a_relay_is_judged_by_the_peer_behind_it()
    {
        InvariantMonitor monitor = Monitor(new ValidatedAddresses());
        StunTransactionId check = NewId();
        Send(monitor, 0, Server, Wrapped(StunMethod.Send, Binding(StunClass.Request, check)));
        Receive(monitor, 1, Server, Wrapped(StunMethod.Data, Binding(StunClass.SuccessResponse, check)), DatagramVerdict.Consumed);
        Send(monitor, 2, Server, ChannelBind());

        monitor.DataSent(At(3), Route());
        Receive(monitor, 4, Server, [0x40, 0, 0, 1, 7], DatagramVerdict.Payload(4, 1, 0, 1, Peer));

        monitor.Violations.Should().BeEmpty();
        monitor.DataSent(At(5), Route() with { Peer = Server });
        monitor.Violations.Should().ContainSingle("the server itself has proven nothing");
    }

    [Theory]
    [InlineData(30, true)]
    [InlineData(31, false)]
    public void Data_after_consent_has_expired_is_seen(int seconds, bool holds)
    {
        InvariantMonitor monitor = Monitor(new ConsentHeld());
        StunTransactionId check = NewId();
        Send(monitor, 0, Peer, Binding(StunClass.Request, check));
        Receive(monitor, 0, Peer, Binding(StunClass.SuccessResponse, check), DatagramVerdict.Consumed);
        Receive(monitor, 20_000, Peer, Binding(StunClass.Request, NewId()), DatagramVerdict.Consumed);

        monitor.DataSent(At(1000 * seconds), Route());

        monitor.Violations.Should().HaveCount(holds ? 0 : 1, "only answers to our own checks renew consent");
    }

    [Theory]
    [InlineData(IceCandidatePairState.Frozen, IceCandidatePairState.InProgress)]
    [InlineData(IceCandidatePairState.Succeeded, IceCandidatePairState.InProgress)]
    [InlineData(IceCandidatePairState.Waiting, IceCandidatePairState.Frozen)]
    [InlineData(IceCandidatePairState.Waiting, IceCandidatePairState.Waiting)]
    public void A_move_of_a_pair_that_the_RFC_does_not_know_is_seen(IceCandidatePairState from, IceCandidatePairState to)
    {
        InvariantMonitor monitor = Monitor(new LegalMoves());

        Tell(monitor, PairMove(from, to));

        monitor.Violations.Should().ContainSingle();
    }

    [Fact]
    public void A_move_that_starts_elsewhere_than_the_last_one_ended_is_seen()
    {
        InvariantMonitor monitor = Monitor(new LegalMoves());
        Tell(monitor, PairMove(IceCandidatePairState.Frozen, IceCandidatePairState.Waiting));
        Tell(monitor, PairMove(IceCandidatePairState.Waiting, IceCandidatePairState.InProgress));
        monitor.Violations.Should().BeEmpty();

        Tell(monitor, PairMove(IceCandidatePairState.Waiting, IceCandidatePairState.InProgress));

        monitor.Violations.Should().ContainSingle();
    }

    [Fact]
    public void Moves_of_the_agent_out_of_order_and_facts_after_the_end_are_seen()
    {
        InvariantMonitor monitor = Monitor(new LegalMoves());

        Tell(monitor, new ConnectionStateChanged(IceConnectionState.New, IceConnectionState.Completed, "too early"));
        monitor.Violations.Should().ContainSingle();
        Tell(monitor, new ConnectionStateChanged(IceConnectionState.Checking, IceConnectionState.Connected, "from elsewhere"));
        monitor.Violations.Should().HaveCount(2);
        Tell(monitor, new AgentClosed());
        Tell(monitor, new GatheringStateChanged(IceGatheringState.Gathering));
        monitor.Violations.Should().HaveCount(3);
        ((Action)monitor.ThrowIfViolated).Should().Throw<InvariantViolationException>().Which.Violations.Should().HaveCount(3);
    }

    [Fact]
    public void A_queue_without_an_end_is_seen()
    {
        InvariantMonitor monitor = Monitor(new BoundedQueues());
        for (int i = 0; i < BoundedQueues.Limit; i++)
        {
            Tell(monitor, new AgentClosed());
        }

        monitor.Violations.Should().BeEmpty();
        Tell(monitor, new AgentClosed());
        monitor.Violations.Should().ContainSingle();
    }

    [Fact]
    public void A_step_that_breaks_an_invariant_ends_the_run()
    {
        using VirtualPair pair = VirtualPair.Create(new VirtualPairOptions { UseStun = false, UseTurn = false });
        pair.Connect();
        IAgentJournal journal = pair.Offerer.Invariants;
        journal.Told(new ConnectionStateChanged(IceConnectionState.New, IceConnectionState.Completed, "broken on purpose"));

        Action next = () => pair.Network.RunFor(TimeSpan.FromMinutes(1));

        next.Should().Throw<InvariantViolationException>().WithMessage("*broken on purpose*");
    }

    [Fact]
    public void Two_sides_on_different_pairs_do_not_agree()
    {
        using VirtualPair pair = VirtualPair.Create(), other = VirtualPair.Create(new VirtualPairOptions { OffererNat = NatBehaviour.FullCone });
        pair.Connect();
        other.Connect();

        PairAgreement.Difference(pair.Offerer, pair.Answerer).Should().BeNull();
        PairAgreement.Difference(pair.Offerer, other.Answerer).Should().Contain("on the other");
    }

    private static InvariantMonitor Monitor(AgentInvariant invariant) => new("alice", [invariant]);

    private static MonotonicTime At(int milliseconds) => MonotonicTime.Zero + TimeSpan.FromMilliseconds(milliseconds);

    private static void Send(IAgentJournal journal, int milliseconds, TransportAddress to, byte[] datagram) =>
        journal.Transmitted(At(milliseconds), new Transmit(Socket, to, datagram.Length), datagram);

    private static void Receive(IAgentJournal journal, int milliseconds, TransportAddress from, byte[] datagram, DatagramVerdict verdict)
    {
        journal.Received(At(milliseconds), new TransportPath(Socket, from), datagram);
        journal.Judged(verdict);
    }

    private static void Tell(IAgentJournal journal, IceAgentEvent fact) => journal.Told(fact);

    private static DataRoute Route() => new()
    {
        Stream = 0,
        Component = 1,
        Socket = Socket,
        Destination = Peer,
        Peer = Peer,
        IsRelayed = false,
        Pair = Pair(IceCandidatePairState.Succeeded),
    };

    private static IceCandidatePairInfo Pair(IceCandidatePairState state) => new()
    {
        Local = Candidate("198.51.100.1:4000"),
        Remote = Candidate($"{Peer}"),
        Priority = 1,
        State = state,
    };

    private static IceCandidate Candidate(string address) => new()
    {
        Foundation = "1",
        Component = 1,
        Priority = 1,
        Address = TransportAddress.Parse(address),
        Type = IceCandidateType.Host,
    };

    private static PairStateChanged PairMove(IceCandidatePairState from, IceCandidatePairState to) => new(0, Pair(to), from, "on purpose");

    private StunTransactionId NewId() => new(1, ++_ids);

    private static byte[] Binding(StunClass @class, StunTransactionId id, bool nominates = false)
    {
        StunWriter writer = new(new byte[200], StunMethod.Binding, @class, id);
        writer.AddText(StunAttributeType.Username, "a:b");
        if (nominates)
        {
            writer.AddFlag(StunAttributeType.UseCandidate);
        }

        return writer.Written.ToArray();
    }

    private byte[] Wrapped(StunMethod method, byte[] inner)
    {
        StunWriter writer = new(new byte[400], method, StunClass.Indication, NewId());
        writer.AddXorAddress(StunAttributeType.XorPeerAddress, Peer);
        writer.AddBytes(StunAttributeType.Data, inner);
        return writer.Written.ToArray();
    }

    private byte[] ChannelBind()
    {
        StunWriter writer = new(new byte[200], StunMethod.ChannelBind, StunClass.Request, NewId());
        writer.AddUInt16(StunAttributeType.ChannelNumber, 0x4000);
        writer.AddXorAddress(StunAttributeType.XorPeerAddress, Peer);
        return writer.Written.ToArray();
    }
}
