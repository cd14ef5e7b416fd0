using IceSharp.Protocol.Dns;
using IceSharp.Protocol.Tests.Transactions;
using IceSharp.TestDns;

namespace IceSharp.Protocol.Tests.Dns;

public class DnsQueryMachineTests
{
    private static readonly TransportAddress First = TransportAddress.Parse("192.0.2.53:53");
    private static readonly TransportAddress Second = TransportAddress.Parse("[2001:db8::53]:53");

    private readonly List<(MonotonicTime At, Transmit Transmit, byte[] Query)> _sent = [];
    private readonly List<DnsHostRequest> _requests = [];
    private MonotonicTime _now = new(1000);

    [Fact]
    public void Answer_of_the_first_server_ends_it()
    {
        DnsQueryMachine machine = Start([First, Second]);

        Respond(machine, Answer(_sent[0].Query)).Should().Be(DatagramVerdict.Consumed);

        machine.State.Should().Be(DnsQueryState.Answered);
        machine.Answer.Services.Should().Equal(new SrvRecord(1, 2, 3478, "a.example"));
        machine.NextTimeout.Should().Be(Deadline.Never);
        _sent.Should().ContainSingle().Which.Transmit.Destination.Should().Be(First);
    }

    [Fact]
    public void Query_asks_the_question_under_a_drawn_id()
    {
        Start([First], random: new ScriptedRandomSource("C0DE"));

        _sent[0].Query[..2].Should().Equal(0xC0, 0xDE);
        DnsResponseBuilder.ReadQuestion(_sent[0].Query).Should().Be(("_stun._udp.example.org", DnsResponseBuilder.Srv));
    }

    [Fact]
    public void Silent_servers_are_asked_in_turn_and_twice_and_then_it_fails()
    {
        DnsQueryMachine machine = Start([First, Second], new DnsQuerySettings { OverallTimeout = TimeSpan.FromSeconds(30) });
        MonotonicTime start = _now;

        RunToEnd(machine);

        machine.State.Should().Be(DnsQueryState.Failed);
        machine.Failure.Should().Be(DnsQueryFailure.Timeout);
        _sent.Select(s => (s.At - start, s.Transmit.Destination)).Should().Equal(
            (TimeSpan.Zero, First), (TimeSpan.FromSeconds(1), Second), (TimeSpan.FromSeconds(2), First), (TimeSpan.FromSeconds(4), Second));
        (_now - start).Should().Be(TimeSpan.FromSeconds(6));
        _sent[2].Query.Should().Equal(_sent[0].Query);
        _sent[1].Query[..2].Should().NotEqual(_sent[0].Query[..2]);
    }

    [Fact]
    public void Everything_together_ends_with_the_overall_timeout()
    {
        DnsQueryMachine machine = Start([First, Second]);
        MonotonicTime start = _now;

        RunToEnd(machine);

        (_now - start).Should().Be(TimeSpan.FromSeconds(5));
        machine.Failure.Should().Be(DnsQueryFailure.Timeout);
    }

    [Fact]
    public void Late_answer_of_an_earlier_server_counts()
    {
        DnsQueryMachine machine = Start([First, Second]);
        Advance(machine);
        _sent.Should().HaveCount(2);

        Respond(machine, Answer(_sent[0].Query), index: 0).Should().Be(DatagramVerdict.Consumed);

        machine.State.Should().Be(DnsQueryState.Answered);
    }

    [Fact]
    public void Deadlines_are_told_early_calls_do_nothing()
    {
        DnsQueryMachine machine = Start([First, Second]);
        machine.NextTimeout.Should().Be(new Deadline(_now + TimeSpan.FromSeconds(1), TimerReason.NameServer));

        machine.HandleTimeout(_now + TimeSpan.FromMilliseconds(999));
        Drain(machine);

        _sent.Should().HaveCount(1);
    }

    [Fact]
    public void Response_with_another_id_question_source_or_socket_is_dropped_and_the_true_one_still_counts()
    {
        DnsQueryMachine machine = Start([First, Second]);
        byte[] answer = Answer(_sent[0].Query);
        byte[] otherId = [.. answer];
        otherId[1] ^= 0xFF;
        byte[] otherQuestion = [.. answer];
        otherQuestion[14] ^= 1;
        var path = new TransportPath(_sent[0].Transmit.Socket, First);

        machine.HandleDatagram(_now, path, otherId).Reason.Should().Be(DropReason.UnmatchedResponse);
        machine.HandleDatagram(_now, path, otherQuestion).Reason.Should().Be(DropReason.UnmatchedResponse);
        machine.HandleDatagram(_now, path with { Remote = Second }, answer).Reason.Should().Be(DropReason.UnexpectedSource);
        machine.HandleDatagram(_now, path with { Remote = new TransportAddress(First.Address, 54) }, answer).Reason.Should().Be(DropReason.UnexpectedSource);
        machine.HandleDatagram(_now, new TransportPath(new SocketHandle(2), Second), answer).Reason.Should().Be(DropReason.UnmatchedResponse);
        machine.HandleDatagram(_now, new TransportPath(new SocketHandle(9), First), answer).Reason.Should().Be(DropReason.UnknownSocket);
        machine.State.Should().Be(DnsQueryState.Asking);

        machine.HandleDatagram(_now, path, answer).Should().Be(DatagramVerdict.Consumed);
        machine.State.Should().Be(DnsQueryState.Answered);
        machine.HandleDatagram(_now, path, answer).Reason.Should().Be(DropReason.Closed);
    }

    [Fact]
    public void Name_that_does_not_exist_is_an_answer_without_records()
    {
        DnsQueryMachine machine = Start([First, Second]);

        Respond(machine, DnsResponseBuilder.For(_sent[0].Query, 0x8183).ToArray());

        machine.State.Should().Be(DnsQueryState.Answered);
        machine.Answer.Services.Should().BeEmpty();
    }

    [Theory]
    [InlineData(0x8182)]
    [InlineData(0x8185)]
    public void Server_that_fails_or_refuses_gives_way_at_once(int flags)
    {
        DnsQueryMachine machine = Start([First, Second]);

        Respond(machine, DnsResponseBuilder.For(_sent[0].Query, (ushort)flags).ToArray());

        _sent.Should().HaveCount(2);
        _sent[1].Transmit.Destination.Should().Be(Second);
        Respond(machine, DnsResponseBuilder.For(_sent[1].Query, (ushort)flags).ToArray());
        machine.Failure.Should().Be(DnsQueryFailure.ServerFailure);
        machine.State.Should().Be(DnsQueryState.Failed);
    }

    [Fact]
    public void Malformed_answer_gives_way_to_the_next_server()
    {
        DnsQueryMachine machine = Start([First, Second]);

        Respond(machine, DnsResponseBuilder.For(_sent[0].Query).Record("", DnsResponseBuilder.Srv, [1]).ToArray()).Reason.Should().Be(DropReason.MalformedDns);

        _sent[1].Transmit.Destination.Should().Be(Second);
    }

    [Fact]
    public void Server_from_before_edns_is_asked_again_without_it_under_a_new_id()
    {
        DnsQueryMachine machine = Start([First]);

        Respond(machine, [.. _sent[0].Query[..2], 0x81, 0x81, 0, 0, 0, 0, 0, 0, 0, 0]);

        _sent.Should().HaveCount(2);
        _sent[1].Query[11].Should().Be(0);
        _sent[1].Query[..2].Should().NotEqual(_sent[0].Query[..2]);
        Respond(machine, [.. _sent[1].Query[..2], 0x81, 0x81, 0, 0, 0, 0, 0, 0, 0, 0]);
        machine.State.Should().Be(DnsQueryState.Failed);
    }

    [Fact]
    public void Unreachable_server_gives_way_at_once()
    {
        DnsQueryMachine machine = Start([First, Second]);

        machine.HandleUnreachable(_now, _sent[0].Transmit.Socket);
        Drain(machine);
        machine.HandleUnreachable(_now, _sent[0].Transmit.Socket);
        Drain(machine);

        _sent.Should().HaveCount(2);
        machine.HandleUnreachable(_now, _sent[1].Transmit.Socket);
        machine.Failure.Should().Be(DnsQueryFailure.Unreachable);
    }

    [Fact]
    public void Socket_that_cannot_be_had_gives_way_at_once()
    {
        var machine = new DnsQueryMachine(Question(), [Second, First], new DnsQuerySettings(), new ScriptedRandomSource());
        machine.Start(_now);
        machine.TryGetHostRequest(out DnsHostRequest? open).Should().BeTrue();

        machine.HandleHostAnswer(_now, new DnsRequestFailed(open!.Id));
        Drain(machine);

        _sent.Should().ContainSingle().Which.Transmit.Destination.Should().Be(First);
    }

    [Fact]
    public void Truncated_answer_is_asked_for_over_tcp()
    {
        DnsQueryMachine machine = Start([First, Second]);

        Respond(machine, DnsResponseBuilder.For(_sent[0].Query, 0x8380).ToArray());

        ExchangeDnsStreamRequest exchange = _requests.OfType<ExchangeDnsStreamRequest>().Should().ContainSingle().Subject;
        exchange.Server.Should().Be(First);
        machine.HandleHostAnswer(_now, new DnsStreamAnswered(exchange.Id, Answer(exchange.Query.ToArray())));
        machine.Answer.Services.Should().ContainSingle();
    }

    [Fact]
    public void Failed_or_unrelated_exchange_over_tcp_gives_way_to_the_next_server()
    {
        DnsQueryMachine machine = Start([First, Second]);
        Respond(machine, DnsResponseBuilder.For(_sent[0].Query, 0x8380).ToArray());
        machine.HandleHostAnswer(_now, new DnsRequestFailed(_requests.OfType<ExchangeDnsStreamRequest>().Single().Id));
        Drain(machine);
        Respond(machine, DnsResponseBuilder.For(_sent[1].Query, 0x8380).ToArray());
        ExchangeDnsStreamRequest exchange = _requests.OfType<ExchangeDnsStreamRequest>().Last();

        // The answer to the UDP query, whose ID is another one.
        machine.HandleHostAnswer(_now, new DnsStreamAnswered(exchange.Id, Answer(_sent[1].Query)));

        machine.State.Should().Be(DnsQueryState.Failed);
        machine.Failure.Should().Be(DnsQueryFailure.ServerFailure);
    }

    [Fact]
    public void Slow_exchange_over_tcp_lets_the_next_server_begin_and_may_still_win()
    {
        DnsQueryMachine machine = Start([First, Second]);
        Respond(machine, DnsResponseBuilder.For(_sent[0].Query, 0x8380).ToArray());
        ExchangeDnsStreamRequest exchange = _requests.OfType<ExchangeDnsStreamRequest>().Single();

        Advance(machine);
        _sent[1].Transmit.Destination.Should().Be(Second);
        machine.HandleHostAnswer(_now, new DnsStreamAnswered(exchange.Id, Answer(exchange.Query.ToArray())));

        machine.State.Should().Be(DnsQueryState.Answered);
    }

    [Fact]
    public void Without_servers_it_fails_at_once()
    {
        DnsQueryMachine machine = Start([]);

        machine.State.Should().Be(DnsQueryState.Failed);
        machine.Failure.Should().Be(DnsQueryFailure.NoServer);
    }

    [Fact]
    public void Misuse_is_told()
    {
        FluentActions.Invoking(() => new DnsQueryMachine(Question(), [new TransportAddress(First.Address, 0)], new DnsQuerySettings(), new ScriptedRandomSource()))
            .Should().Throw<ArgumentException>().WithParameterName("servers");
        FluentActions.Invoking(() => new DnsQueryMachine(Question(), [First], new DnsQuerySettings { Rounds = 0 }, new ScriptedRandomSource()))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("Rounds");
        FluentActions.Invoking(() => new DnsQueryMachine(Question(), [First], new DnsQuerySettings { ServerTimeout = TimeSpan.Zero }, new ScriptedRandomSource()))
            .Should().Throw<ArgumentOutOfRangeException>().WithParameterName("ServerTimeout");
    }

    private static DnsQuestion Question() => new("_stun._udp.example.org", DnsRecordType.Srv);

    private static byte[] Answer(byte[] query) => DnsResponseBuilder.For(query).Service("", 1, 2, 3478, "a.example").ToArray();

    private DnsQueryMachine Start(TransportAddress[] servers, DnsQuerySettings? settings = null, IRandomSource? random = null)
    {
        var machine = new DnsQueryMachine(Question(), servers, settings ?? new DnsQuerySettings(), random ?? new ScriptedRandomSource());
        machine.NextTimeout.Should().Be(Deadline.Never);
        machine.Start(_now);
        Drain(machine);
        return machine;
    }

    private DatagramVerdict Respond(DnsQueryMachine machine, byte[] message, int? index = null)
    {
        Transmit to = _sent[index ?? (_sent.Count - 1)].Transmit;
        DatagramVerdict verdict = machine.HandleDatagram(_now, new TransportPath(to.Socket, to.Destination), message);
        Drain(machine);
        return verdict;
    }

    private void Advance(DnsQueryMachine machine)
    {
        _now = machine.NextTimeout.At;
        machine.HandleTimeout(_now);
        Drain(machine);
    }

    private void RunToEnd(DnsQueryMachine machine)
    {
        for (int i = 0; i < 20 && machine.State == DnsQueryState.Asking; i++)
        {
            Advance(machine);
        }
    }

    private void Drain(DnsQueryMachine machine)
    {
        byte[] buffer = new byte[DnsMessage.MaxQueryBytes];
        bool again = true;
        while (again)
        {
            again = false;
            while (machine.TryGetTransmit(_now, buffer, out Transmit transmit))
            {
                _sent.Add((_now, transmit, buffer[..transmit.Length]));
            }

            while (machine.TryGetHostRequest(out DnsHostRequest? request))
            {
                _requests.Add(request);
                if (request is OpenDnsSocketRequest)
                {
                    machine.HandleHostAnswer(_now, new DnsSocketOpened(request.Id));
                    again = true;
                }
            }
        }
    }
}
