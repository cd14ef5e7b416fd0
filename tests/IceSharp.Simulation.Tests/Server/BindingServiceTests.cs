using IceSharp.Protocol;
using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Server;

public class BindingServiceTests
{
    private readonly ServerHarness _server = new();

    [Theory]
    [InlineData("198.51.100.7:40000")]
    [InlineData("[2001:db8::7]:40000")]
    [Rfc("STUN-8489-6.3.1.1-c")]
    [Rfc("STUN-8489-5-h")]
    [Rfc("STUN-8489-6.3.1.2-a")]
    [Rfc("STUN-8489-12-b")]
    [Rfc("SRV-8656-17-a")]
    public void A_binding_request_without_credentials_is_told_where_it_came_from(string client)
    {
        StunTransactionId id = _server.NewId();

        Sent sent = _server.Receive(new RequestBuilder(StunMethod.Binding, id).ToArray(), TransportAddress.Parse(client)).Should().ContainSingle().Subject;

        (sent.Socket, sent.Destination).Should().Be((_server.Listener, TransportAddress.Parse(client)));
        Message answer = new(sent.Bytes);
        (answer.IsSuccess, answer.Id).Should().Be((true, id));
        answer.Address(StunAttributeType.XorMappedAddress).Should().Be(TransportAddress.Parse(client));
        answer.Text(StunAttributeType.Software).Should().Be("IceSharp.Testing");
    }

    [Fact]
    [Rfc("STUN-8489-6.3.1-e")]
    public void Copies_of_a_binding_request_get_equal_answers_without_being_remembered()
    {
        byte[] request = new RequestBuilder(StunMethod.Binding, _server.NewId()).ToArray();

        Message.Single(_server.Receive(request)).All.Should().Equal(Message.Single(_server.Receive(request)).All);
        _server.Machine.RememberedResponses.Should().Be(0);
        _server.Machine.NextTimeout.Should().Be(Deadline.Never);
    }

    [Fact]
    [Rfc("STUN-8489-7-d")]
    public void A_fingerprint_is_answered_with_one_and_none_with_none()
    {
        _server.Ask(new RequestBuilder(StunMethod.Binding, _server.NewId())).HasFingerprint.Should().BeFalse();
        _server.Ask(new RequestBuilder(StunMethod.Binding, _server.NewId()).Fingerprint()).HasFingerprint.Should().BeTrue();
    }

    [Fact]
    [Rfc("STUN-8489-7-b")]
    [Rfc("STUN-8489-6.3-a")]
    public void A_wrong_fingerprint_is_discarded_in_silence()
    {
        byte[] request = new RequestBuilder(StunMethod.Binding, _server.NewId()).Fingerprint().ToArray();
        request[^1] ^= 1;

        _server.Receive(request).Should().BeEmpty();
        _server.Verdict.Reason.Should().Be(DropReason.Fingerprint);
    }

    [Fact]
    [Rfc("STUN-8489-6.3.1-a")]
    [Rfc("STUN-8489-6.3.1-b")]
    [Rfc("STUN-8489-6.3.1.1-a")]
    public void Unknown_required_attributes_are_listed_once_each_in_order_of_appearance()
    {
        Message answer = _server.Ask(new RequestBuilder(StunMethod.Binding, _server.NewId())
            .Raw((StunAttributeType)0x7F01, "x"u8).Raw((StunAttributeType)0x7F00, []).Raw((StunAttributeType)0x7F01, []).Raw((StunAttributeType)0xFF00, []));

        answer.Code.Should().Be(420);
        answer.Bytes(StunAttributeType.UnknownAttributes).Should().Equal(0x7F, 0x01, 0x7F, 0x00);
    }

    [Fact]
    [Rfc("STUN-8489-6.3-f")]
    public void Known_attributes_that_do_not_belong_here_are_ignored()
    {
        _server.Ask(new RequestBuilder(StunMethod.Binding, _server.NewId()).Lifetime(600)).IsSuccess.Should().BeTrue();
    }

    [Theory]
    [InlineData(StunMethod.Binding, StunClass.Indication)]
    [InlineData(StunMethod.Binding, StunClass.SuccessResponse)]
    [InlineData(StunMethod.Binding, StunClass.ErrorResponse)]
    [InlineData(StunMethod.Allocate, StunClass.Indication)]
    [InlineData(StunMethod.Send, StunClass.Request)]
    [InlineData(StunMethod.Data, StunClass.Indication)]
    [InlineData((StunMethod)0x0FF, StunClass.Request)]
    [Rfc("STUN-8489-6.3-b")]
    [Rfc("STUN-8489-6.3.2-a")]
    public void What_no_client_may_send_is_never_answered(StunMethod method, StunClass @class)
    {
        _server.Receive(new RequestBuilder(method, _server.NewId(), @class).ToArray()).Should().BeEmpty();
    }

    [Fact]
    [Rfc("STUN-8489-6.3-a")]
    public void Garbage_of_any_kind_gets_no_answer_and_does_no_harm()
    {
        const int FingerprintBytes = 8;
        SeededRandomSource random = new(11);
        byte[] valid = new RequestBuilder(StunMethod.Allocate, _server.NewId()).Transport().Fingerprint().ToArray();
        for (int i = 0; i < 5000; i++)
        {
            byte[] garbage = new byte[random.NextInt32(80)];
            random.Fill(garbage);
            if (i % 2 == 0)
            {
                garbage = (byte[])valid.Clone();
                garbage[random.NextInt32(garbage.Length - FingerprintBytes)] ^= (byte)(1 + random.NextInt32(255));
            }

            _server.Receive(garbage).Should().BeEmpty();
        }

        _server.Machine.Allocations.Should().BeEmpty();
    }

    [Fact]
    public void A_datagram_on_a_socket_that_nobody_opened_is_dropped()
    {
        _server.Receive(new SocketHandle(77), ServerHarness.Client, new RequestBuilder(StunMethod.Binding, _server.NewId()).ToArray()).Should().BeEmpty();

        _server.Verdict.Reason.Should().Be(DropReason.UnknownSocket);
    }

    [Fact]
    [Rfc("STUN-8489-6.3.1.1-b")]
    public void Software_can_be_left_out()
    {
        ServerHarness quiet = new(new StunTurnServerOptions { Software = null });

        quiet.Ask(new RequestBuilder(StunMethod.Binding, quiet.NewId())).Has(StunAttributeType.Software).Should().BeFalse();
    }
}
