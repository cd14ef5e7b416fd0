using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Client;
using IceSharp.Protocol.Stun.Credentials;
using IceSharp.Protocol.Stun.Transactions;
using IceSharp.TestMarks;
using static IceSharp.Protocol.Tests.Credentials.CredentialBench;

namespace IceSharp.Protocol.Tests.Client;

public sealed class StunClientMachineTests
{
    [Fact]
    public void A_new_machine_has_nothing_to_do()
    {
        using var bench = new ClientBench();

        bench.Machine.NextTimeout.Should().Be(Deadline.Never);
        bench.Next(0).Should().BeNull();
        bench.Outcome().Should().BeNull();
    }

    [Fact]
    [Rfc("STUN-8489-6.2.1-a")]
    [Rfc("STUN-8489-6.2.1-h")]
    [Rfc("STUN-8489-6.2.1-i")]
    public void A_silent_server_sees_seven_equal_copies_and_the_request_fails_at_39500_ms()
    {
        using var bench = new ClientBench();
        bench.Start(0);
        byte[] first = bench.Next(0)!;

        List<(double At, byte[] Message)> copies = bench.RunOut();

        copies.Select(c => c.At).Should().Equal(500, 1500, 3500, 7500, 15500, 31500);
        copies.Should().OnlyContain(c => c.Message.SequenceEqual(first));
        bench.Outcome().Should().BeEquivalentTo(new { Error = StunRequestError.Timeout, Transmissions = 7 });
    }

    [Fact]
    public void A_success_gives_the_mapped_address_and_what_else_the_response_says()
    {
        using var bench = new ClientBench();
        long id = bench.Start(0);
        byte[] response = Respond(bench.Next(0)!, StunClass.SuccessResponse, (ref StunWriter w) =>
        {
            w.AddXorAddress(StunAttributeType.XorMappedAddress, ClientBench.Mapped);
            w.AddText(StunAttributeType.Software, "server 1");
            w.AddBytes((StunAttributeType)0xC123, [1, 2, 3]);
        });

        bench.Answer(42, response).Should().Be(DatagramVerdict.Consumed);

        StunRequestOutcome outcome = bench.Outcome()!;
        outcome.RequestId.Should().Be(id);
        outcome.Error.Should().Be(StunRequestError.None);
        outcome.MappedAddress.Should().Be(ClientBench.Mapped);
        outcome.RoundTripTime.Should().Be(TimeSpan.FromMilliseconds(42));
        outcome.Software.Should().Be("server 1");
        outcome.Attributes.Should().Contain(a => (int)a.Type == 0xC123 && a.Value.Length == 3);
        bench.Machine.NextTimeout.Should().Be(Deadline.Never);
        bench.Answer(43, response).Reason.Should().Be(DropReason.UnmatchedResponse);
    }

    [Fact]
    [Rfc("STUN-8489-6.2-a")]
    public void Ten_requests_are_on_the_wire_and_the_others_wait_for_room()
    {
        using var bench = new ClientBench();
        for (int i = 0; i < 15; i++)
        {
            bench.Start(0);
        }

        List<byte[]> sent = bench.All(0);

        sent.Should().HaveCount(10);
        bench.Machine.QueuedCount.Should().Be(5);
        bench.Answer(10, ClientBench.Success(sent[3]));
        bench.All(10).Should().HaveCount(1);
        bench.Machine.OutstandingCount.Should().Be(10);
    }

    [Fact]
    [Rfc("STUN-8489-6.2-a")]
    public void Over_a_stream_all_are_on_the_wire()
    {
        using var bench = new ClientBench(kind: StunLinkKind.Stream);
        for (int i = 0; i < 15; i++)
        {
            bench.Start(0);
        }

        bench.All(0).Should().HaveCount(15);
    }

    [Fact]
    [Rfc("STUN-8489-6.2.1-e")]
    [Rfc("STUN-8489-6.2.1-f")]
    public void The_round_trip_of_an_unrepeated_request_sets_the_timeout_for_all_ports_of_that_server()
    {
        var rtos = new RtoCache();
        using var first = new ClientBench(rtos: rtos);
        first.Start(0);
        first.Answer(300, ClientBench.Success(first.Next(0)!));
        first.Start(1000);
        byte[] repeated = first.Next(1000)!;
        first.Machine.HandleTimeout(ClientBench.At(1900));
        first.Next(1900).Should().NotBeNull();
        first.Answer(9000, ClientBench.Success(repeated), null);
        using var second = new ClientBench(rtos: rtos, server: TransportAddress.Parse("192.0.2.10:9999"));

        second.Start(10_000);
        second.Next(10_000);

        second.Machine.NextTimeout.At.Should().Be(ClientBench.At(10_900), "300 + 4 * 150 ms, to which the answer to a repeated request added nothing");
    }

    [Fact]
    [Rfc("STUN-8489-6.2.1-j")]
    public void A_discarded_response_does_not_stop_the_copies()
    {
        using var bench = new ClientBench();
        bench.Start(0);
        byte[] request = bench.Next(0)!;

        bench.Answer(100, ClientBench.Success(request), new TransportPath(ClientBench.Socket, TransportAddress.Parse("192.0.2.66:3478")))
            .Reason.Should().Be(DropReason.UnexpectedSource);
        bench.Answer(100, Respond(request, StunClass.Request, null)).Reason.Should().Be(DropReason.UnexpectedMessage);
        bench.Machine.HandleTimeout(ClientBench.At(500));

        bench.Next(500).Should().Equal(request);
    }

    [Fact]
    [Rfc("STUN-8489-6.2.1-k")]
    public void An_unreachable_port_fails_what_is_outstanding_at_once()
    {
        using var bench = new ClientBench();
        bench.Start(0);
        bench.Next(0);

        bench.Machine.HandleUnreachable(ClientBench.At(5), TransportAddress.Parse("192.0.2.66:3478"));
        bench.Outcome().Should().BeNull();
        bench.Machine.HandleUnreachable(ClientBench.At(5), ClientBench.Server);

        bench.Outcome()!.Error.Should().Be(StunRequestError.Unreachable);
    }

    [Fact]
    [Rfc("STUN-8489-6.2.1-m")]
    public void An_indication_is_sent_once_and_never_answered()
    {
        using var bench = new ClientBench();
        bench.Machine.SendIndication();

        Read(bench.Next(0)!).Class.Should().Be(StunClass.Indication);

        bench.Machine.NextTimeout.Should().Be(Deadline.Never);
        bench.RunOut().Should().BeEmpty();
    }

    [Fact]
    [Rfc("STUN-8489-6.3.2-b")]
    public void A_Binding_indication_of_the_server_changes_nothing()
    {
        using var bench = new ClientBench();
        bench.Start(0);
        byte[] request = bench.Next(0)!;

        bench.Answer(1, Respond(request, StunClass.Indication, null)).Should().Be(DatagramVerdict.Consumed);

        bench.Next(1).Should().BeNull();
        bench.Outcome().Should().BeNull();
    }

    [Fact]
    [Rfc("STUN-8489-6.2.1-n")]
    public void A_cancelled_request_is_not_repeated_and_its_late_response_is_recognised()
    {
        using var bench = new ClientBench();
        long id = bench.Start(0);
        byte[] request = bench.Next(0)!;

        bench.Machine.Cancel(id);
        bench.Machine.HandleTimeout(ClientBench.At(500));

        bench.Next(500).Should().BeNull();
        bench.Answer(600, ClientBench.Success(request)).Should().Be(DatagramVerdict.Consumed);
        bench.RunOut().Should().BeEmpty();
        bench.Outcome().Should().BeNull();
        bench.Machine.OutstandingCount.Should().Be(0);
    }

    [Fact]
    public void A_request_that_is_cancelled_while_it_waits_is_never_sent()
    {
        using var bench = new ClientBench();
        bench.Machine.Cancel(bench.Start(0));

        bench.Next(0).Should().BeNull();
    }

    [Fact]
    [Rfc("STUN-8489-6.2.2-a")]
    [Rfc("STUN-8489-6.2.2-b")]
    [Rfc("ICE-8489-6.2.2-a")]
    public void Over_a_stream_a_request_is_sent_once_and_fails_after_Ti()
    {
        using var bench = new ClientBench(kind: StunLinkKind.Stream);
        bench.Start(0);
        bench.Next(0);

        bench.Machine.NextTimeout.At.Should().Be(ClientBench.At(39_500));
        bench.RunOut().Should().BeEmpty();

        bench.Outcome()!.Error.Should().Be(StunRequestError.Timeout);
    }

    [Fact]
    [Rfc("STUN-8489-6.2.2-c")]
    public void The_end_of_the_stream_fails_every_request()
    {
        using var bench = new ClientBench(kind: StunLinkKind.Stream);
        bench.Start(0);
        bench.Start(0);
        bench.Next(0);

        bench.Machine.HandleStreamClosed(ClientBench.At(1));

        new[] { bench.Outcome()!.Error, bench.Outcome()!.Error }.Should().OnlyContain(e => e == StunRequestError.ConnectionClosed);
        bench.Machine.TryStartBinding(ClientBench.At(2), out _).Should().BeFalse();
        bench.Next(2).Should().BeNull();
    }

    [Fact]
    [Rfc("STUN-8489-6.2.2-g")]
    [Rfc("STUN-8489-6.3.1.2-b")]
    public void Responses_in_reverse_order_find_their_requests()
    {
        using var bench = new ClientBench(kind: StunLinkKind.Stream);
        long[] ids = [.. Enumerable.Range(0, 5).Select(_ => bench.Start(0))];
        List<byte[]> sent = bench.All(0);

        sent.AsEnumerable().Reverse().ToList().ForEach(r => bench.Answer(5, ClientBench.Success(r)));

        Enumerable.Range(0, 5).Select(_ => bench.Outcome()!.RequestId).Should().Equal(ids.Reverse());
    }

    [Fact]
    [Rfc("STUN-8489-6.3.4-d")]
    [Rfc("STUN-8489-6.3.4-e")]
    public void Errors_of_the_server_are_retried_four_times_ever_more_slowly()
    {
        using var bench = new ClientBench(new StunClientSettings { ServerErrorRetries = 4 });
        bench.Start(0);
        List<(double At, byte[] Message)> sent = [(0, bench.Next(0)!)];
        for (int i = 0; i < 10 && bench.Machine.OutstandingCount > 0; i++)
        {
            bench.Answer(sent[^1].At, Error(sent[^1].Message, 500));
            sent.AddRange(bench.RunOutOneStep());
        }

        sent.Select(s => s.At).Should().Equal(0, 500, 1500, 3500, 7500);
        sent.Select(s => Read(s.Message).TransactionId).Should().OnlyHaveUniqueItems();
        bench.Outcome().Should().BeEquivalentTo(new { Error = StunRequestError.ErrorResponse, ErrorCode = 500, Transmissions = 5 });
    }

    [Theory]
    [InlineData(500)]
    [InlineData(300)]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(438)]
    [InlineData(699)]
    [Rfc("STUN-8489-6.3.4-b")]
    [Rfc("STUN-8489-6.3.4-c")]
    [Rfc("STUN-8489-6.3.4-e")]
    [Rfc("STUN-8489-6.3.4-f")]
    public void By_default_an_error_code_ends_the_request(int code)
    {
        using var bench = new ClientBench();
        bench.Start(0);

        bench.Answer(5, Error(bench.Next(0)!, code));

        bench.Outcome().Should().BeEquivalentTo(new { Error = StunRequestError.ErrorResponse, ErrorCode = code, ReasonPhrase = "error" });
        bench.RunOut().Should().BeEmpty();
    }

    [Fact]
    [Rfc("STUN-8489-6.3.4-c")]
    public void A_420_tells_which_attributes_the_server_does_not_know()
    {
        using var bench = new ClientBench();
        bench.Start(0);

        bench.Answer(5, Error(bench.Next(0)!, 420, (ref StunWriter w) => w.AddUnknownAttributes([StunAttributeType.DontFragment])));

        bench.Outcome()!.UnknownAttributes.Should().Equal(StunAttributeType.DontFragment);
    }

    [Fact]
    [Rfc("STUN-8489-6.3.3-a")]
    [Rfc("STUN-8489-6.3.4-a")]
    public void Unknown_required_attributes_fail_the_request_at_once()
    {
        using var bench = new ClientBench();
        bench.Start(0);
        bench.Start(0);
        List<byte[]> sent = bench.All(0);

        bench.Answer(5, Success(sent[0], attributes: (ref StunWriter w) => w.AddFlag((StunAttributeType)0x7F00)));
        bench.Answer(5, Error(sent[1], 400, (ref StunWriter w) => w.AddFlag((StunAttributeType)0x7F00)));

        new[] { bench.Outcome()!.Error, bench.Outcome()!.Error }.Should().OnlyContain(e => e == StunRequestError.UnknownAttribute);
    }

    [Fact]
    [Rfc("STUN-8489-6.3.3-d")]
    public void A_mapped_address_of_the_other_family_is_delivered_with_its_family()
    {
        using var bench = new ClientBench();
        bench.Start(0);
        TransportAddress other = TransportAddress.Parse("[2001:db8::7]:99");

        bench.Answer(5, Success(bench.Next(0)!, attributes: (ref StunWriter w) => w.AddXorAddress(StunAttributeType.XorMappedAddress, other)));

        bench.Outcome()!.MappedAddress.Should().Be(other);
    }

    [Fact]
    [Rfc("STUN-5389-12.1-a")]
    public void A_server_of_the_RFC_3489_generation_is_understood_where_that_is_wanted()
    {
        foreach (bool accepts in new[] { true, false })
        {
            using var bench = new ClientBench(new StunClientSettings { AcceptRfc3489Servers = accepts });
            bench.Start(0);

            bench.Answer(5, Success(bench.Next(0)!, attributes: (ref StunWriter w) =>
            {
                w.AddAddress(StunAttributeType.MappedAddress, ClientBench.Mapped);
                w.AddAddress((StunAttributeType)0x0005, ClientBench.Server);
            }));

            bench.Outcome()!.Error.Should().Be(accepts ? StunRequestError.None : StunRequestError.UnknownAttribute);
        }
    }

    [Fact]
    [Rfc("STUN-8489-6.3.3-b")]
    public void A_success_without_a_mapped_address_fails_the_request()
    {
        using var bench = new ClientBench();
        bench.Start(0);

        bench.Answer(5, Success(bench.Next(0)!));

        bench.Outcome()!.Error.Should().Be(StunRequestError.MalformedResponse);
    }

    [Fact]
    public void Both_kinds_of_credentials_at_once_are_misuse()
    {
        Action create = () => _ = new ClientBench(new StunClientSettings
        {
            ShortTermCredential = new ShortTermCredential(User, Password),
            LongTermCredential = new LongTermCredential(User, Password),
        });

        create.Should().Throw<ArgumentException>().WithParameterName("settings");
    }

    [Fact]
    public void Requests_are_bounded()
    {
        using var bench = new ClientBench();
        for (int i = 0; i < StunClientMachine.MaxQueued; i++)
        {
            bench.Start(0);
        }

        bench.Machine.TryStartBinding(ClientBench.At(0), out _).Should().BeFalse();
    }
}
