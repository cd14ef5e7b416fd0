using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Binding;
using IceSharp.Protocol.Stun.Transactions;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Transactions;

public class BindingMachineTests
{
    private static readonly SocketHandle Socket = new(3);
    private static readonly TransportAddress Server = TransportAddress.Parse("192.0.2.10:3478");
    private static readonly TransportAddress Mapped = TransportAddress.Parse("203.0.113.1:5000");
    private static readonly TransportPath FromServer = new(Socket, Server);

    private readonly ScriptedRandomSource _random = new();
    private readonly byte[] _buffer = new byte[1500];
    private BindingMachine _machine;

    public BindingMachineTests() => _machine = Create(new BindingSettings());

    [Fact]
    public void A_new_machine_has_nothing_to_do()
    {
        _machine.State.Should().Be(BindingState.Idle);
        _machine.NextTimeout.Should().Be(Deadline.Never);
        _machine.TryGetTransmit(At(0), _buffer, out _).Should().BeFalse();
        _machine.HandleTimeout(At(100_000));
        _machine.State.Should().Be(BindingState.Idle);
    }

    [Fact]
    [Rfc("ICE-8445-5.1.1.2-e")]
    public void The_request_is_a_bare_Binding_from_the_base_to_the_server()
    {
        _machine.Start(At(0));
        byte[] request = Next(At(0))!;

        request.Should().HaveCount(20);
        request[..8].Should().Equal(0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42);
        _machine.TryGetTransmit(At(0), _buffer, out _).Should().BeFalse();
    }

    [Fact]
    [Rfc("STUN-8489-6.1-c")]
    public void Software_goes_out_when_it_is_set()
    {
        _machine = Create(new BindingSettings { Software = "IceSharp 1.0" });
        _machine.Start(At(0));

        StunReader.TryParse(Next(At(0)), out StunReader request).Should().Be(StunParseStatus.Ok);
        request.GetText(StunAttributeType.Software, out ReadOnlySpan<byte> software).Should().Be(StunAttributeStatus.Ok);
        software.SequenceEqual("IceSharp 1.0"u8).Should().BeTrue();
    }

    [Fact]
    [Rfc("STUN-8489-5-g")]
    [Rfc("STUN-8489-6.2.1-a")]
    [Rfc("STUN-8489-6.2.1-i")]
    public void A_silent_server_sees_seven_equal_copies_and_fails_at_39500_ms()
    {
        _machine.Start(At(0));
        byte[] first = Next(At(0))!;
        List<double> sent = [];
        while (!_machine.NextTimeout.At.IsNever)
        {
            _machine.NextTimeout.Reason.Should().Be(TimerReason.Transaction);
            MonotonicTime now = _machine.NextTimeout.At;
            _machine.HandleTimeout(now);
            while (Next(now) is { } copy)
            {
                copy.Should().Equal(first);
                sent.Add((now - At(0)).TotalMilliseconds);
            }

            if (_machine.State == BindingState.Failed)
            {
                sent.Add(-(now - At(0)).TotalMilliseconds);
            }
        }

        sent.Should().Equal(500, 1500, 3500, 7500, 15500, 31500, -39500);
        _machine.Failure.Should().Be(BindingFailure.Timeout);
    }

    [Fact]
    public void The_clock_of_a_transaction_starts_with_its_first_transmission()
    {
        _machine.Start(At(0));
        Next(At(200)).Should().NotBeNull();

        _machine.NextTimeout.At.Should().Be(At(700));
    }

    [Fact]
    [Rfc("STUN-8489-6.3.1.1-c")]
    public void A_success_gives_the_mapped_address_and_the_round_trip()
    {
        _machine.Start(At(0));
        byte[] request = Next(At(0))!;

        Answer(At(30), Success(request)).Kind.Should().Be(VerdictKind.Consumed);

        _machine.State.Should().Be(BindingState.Succeeded);
        _machine.MappedAddress.Should().Be(Mapped);
        _machine.RoundTripTime.Should().Be(TimeSpan.FromMilliseconds(30));
        _machine.NextTimeout.Should().Be(Deadline.Never);
    }

    [Fact]
    [Rfc("STUN-8489-6.3-c")]
    public void The_second_copy_of_a_response_is_dropped()
    {
        _machine.Start(At(0));
        byte[] response = Success(Next(At(0))!);
        Answer(At(30), response);

        Answer(At(31), response).Reason.Should().Be(DropReason.UnmatchedResponse);
    }

    [Fact]
    [Rfc("STUN-8489-6.3-d")]
    [Rfc("STUN-8489-6.2.1-j")]
    public void Responses_from_elsewhere_or_of_another_method_are_dropped_and_copies_go_on()
    {
        _machine.Start(At(0));
        byte[] request = Next(At(0))!;
        byte[] response = Success(request);
        byte[] allocate = Respond(request, StunMethod.Allocate, StunClass.SuccessResponse, (ref StunWriter w) => w.AddXorAddress(StunAttributeType.XorMappedAddress, Mapped));

        _machine.HandleDatagram(At(10), new TransportPath(Socket, TransportAddress.Parse("192.0.2.10:3479")), response).Reason.Should().Be(DropReason.UnexpectedSource);
        _machine.HandleDatagram(At(10), new TransportPath(new SocketHandle(4), Server), response).Reason.Should().Be(DropReason.UnexpectedSource);
        Answer(At(10), allocate).Reason.Should().Be(DropReason.UnexpectedMessage);
        Answer(At(10), request).Reason.Should().Be(DropReason.UnexpectedMessage);
        response[^1] ^= 1;
        response[8] ^= 1;
        Answer(At(10), response).Reason.Should().Be(DropReason.UnmatchedResponse);
        Answer(At(10), response[..^1]).Reason.Should().Be(DropReason.MalformedStun);

        _machine.State.Should().Be(BindingState.Waiting);
        _machine.HandleTimeout(At(500));
        Next(At(500)).Should().Equal(request);
    }

    [Fact]
    [Rfc("STUN-8489-7-b")]
    public void A_wrong_fingerprint_is_dropped_and_a_right_one_accepted()
    {
        _machine.Start(At(0));
        byte[] response = Respond(Next(At(0))!, StunMethod.Binding, StunClass.SuccessResponse, (ref StunWriter w) =>
        {
            w.AddXorAddress(StunAttributeType.XorMappedAddress, Mapped);
            w.AddFingerprint();
        });
        response[^1] ^= 1;
        Answer(At(10), response).Reason.Should().Be(DropReason.Fingerprint);
        response[^1] ^= 1;
        Answer(At(10), response);

        _machine.MappedAddress.Should().Be(Mapped);
    }

    [Fact]
    [Rfc("ICE-8445-5.1.1.2-f")]
    [Rfc("STUN-5389-12.1-a")]
    public void A_server_of_the_RFC_3489_generation_is_understood()
    {
        byte[] Old(byte[] request) => Respond(request, StunMethod.Binding, StunClass.SuccessResponse, (ref StunWriter w) =>
        {
            w.AddAddress(StunAttributeType.MappedAddress, Mapped);
            foreach (int type in new[] { 0x0002, 0x0004, 0x0005, 0x000B })
            {
                w.AddAddress((StunAttributeType)type, Server);
            }
        });

        _machine.Start(At(0));
        Answer(At(10), Old(Next(At(0))!));
        _machine.MappedAddress.Should().Be(Mapped);

        _machine = Create(new BindingSettings { AcceptRfc3489Servers = false });
        _machine.Start(At(0));
        Answer(At(10), Old(Next(At(0))!));
        _machine.Failure.Should().Be(BindingFailure.UnknownAttribute);
    }

    [Theory]
    [InlineData("010100102112a4421477dcc16191ba2988784f84002000080001329aea12d5437f000000", BindingFailure.UnknownAttribute, 0)] // mf-031
    [InlineData("011100102112a4425ea34068b30a1c474e80748c0009000500000500780000007f000000", BindingFailure.UnknownAttribute, 0)] // mf-032
    [InlineData("0101000c2112a4425fe42ab773f3efc09144c208002000080003a14701010101", BindingFailure.MalformedResponse, 0)] // mf-036
    [InlineData("0101000c2112a4423236e3fb0f65f14fc40b95c0002000080002a14701010101", BindingFailure.MalformedResponse, 0)] // mf-038
    [InlineData("010100042112a4421b81ad2be17ab1d2cda8cd8c00200000", BindingFailure.MalformedResponse, 0)] // mf-040
    [InlineData("010100082112a4428127572d0ff076f36fb5ce798022000373727600", BindingFailure.MalformedResponse, 0)] // mf-043
    [InlineData("0111000c2112a442dbc603399c29bf81dbe004f8000900050000020078000000", BindingFailure.MalformedResponse, 0)] // mf-055
    [InlineData("0111000c2112a442bcc7c2d0beb8d62bc4c585da000900050000070078000000", BindingFailure.MalformedResponse, 0)] // mf-056
    [InlineData("0111000c2112a4421d61d778e47e294fd9393f04000900050000046478000000", BindingFailure.MalformedResponse, 0)] // mf-057
    [InlineData("011100082112a442062e5f1e6ffd2a5238d0aaa70009000300000400", BindingFailure.MalformedResponse, 0)] // mf-059
    [InlineData("0111000c2112a4422c133bcea465350f4ffb26b300090007fffffc0042616400", BindingFailure.ErrorResponse, 400)] // mf-060
    [InlineData("011100082112a44241b8e341ce7b602be97028dc0009000400000500", BindingFailure.ErrorResponse, 500)] // mf-061
    [InlineData("0111000c2112a4429014fcb0ed34a60d494efc5e0009000600000400fffe0000", BindingFailure.ErrorResponse, 400)] // mf-062
    [InlineData("011100142112a4422ceca27b14ba67fbd358fe72000900050000041478000000000a00037f000100", BindingFailure.ErrorResponse, 420)] // mf-063
    [Rfc("STUN-8489-6.3.3-a")]
    [Rfc("STUN-8489-6.3.3-b")]
    [Rfc("STUN-8489-6.3.3-c")]
    [Rfc("STUN-8489-6.3.4-a")]
    public void A_bad_or_refusing_response_fails_the_transaction_at_once(string hex, BindingFailure failure, int code)
    {
        _random.Script(hex[16..40]);
        _machine.Start(At(0));
        Next(At(0));

        Answer(At(10), Convert.FromHexString(hex)).Kind.Should().Be(VerdictKind.Consumed);

        _machine.State.Should().Be(BindingState.Failed);
        _machine.Failure.Should().Be(failure);
        _machine.ErrorCode.Should().Be(code);
        _machine.NextTimeout.Should().Be(Deadline.Never);
    }

    [Theory]
    [InlineData("0101000c2112a4429c83bcca6778b81c1c36947f00200008ff01329aea12d543")] // mf-042
    [InlineData("0101000c2112a44257589ebe3fa503030df15bd40001000800011388cb007101")] // mf-044, understood in RFC 3489 mode
    [InlineData("010100182112a442920870dd040a29966a3bb0d2002000080001329aea12d5430020000800013662e721c043")] // mf-045
    [InlineData("010100142112a442943144f4b75434e78be6b402002000080001329aea12d54380220002c3280000")] // mf-050
    [Rfc("STUN-8489-14-f")]
    [Rfc("STUN-8489-6.3-e")]
    public void An_odd_but_usable_response_gives_the_mapped_address(string hex)
    {
        _random.Script(hex[16..40]);
        _machine.Start(At(0));
        Next(At(0));

        Answer(At(10), Convert.FromHexString(hex));

        _machine.MappedAddress.Should().Be(Mapped);
    }

    [Theory]
    [InlineData("203.0.113.1:0")]
    [InlineData("0.0.0.0:5000")]
    [InlineData("224.0.0.1:5000")]
    [InlineData("[::]:5000")]
    public void A_mapped_address_that_nobody_can_have_is_a_malformed_response(string address)
    {
        _machine.Start(At(0));
        Answer(At(10), Respond(Next(At(0))!, StunMethod.Binding, StunClass.SuccessResponse, (ref StunWriter w) =>
            w.AddXorAddress(StunAttributeType.XorMappedAddress, TransportAddress.Parse(address))));

        _machine.Failure.Should().Be(BindingFailure.MalformedResponse);
        _machine.MappedAddress.Should().BeNull();
    }

    [Fact]
    [Rfc("ICE-8445-5.1.1.2-e")]
    [Rfc("STUN-8489-6.3.4-b")]
    public void A_redirection_is_a_failure_and_nothing_goes_to_the_alternate()
    {
        _machine.Start(At(0));
        Answer(At(10), Respond(Next(At(0))!, StunMethod.Binding, StunClass.ErrorResponse, (ref StunWriter w) =>
        {
            w.AddErrorCode(300, "Try\r\nAlternate");
            w.AddAddress(StunAttributeType.AlternateServer, TransportAddress.Parse("192.0.2.99:3478"));
        }));

        _machine.Failure.Should().Be(BindingFailure.ErrorResponse);
        _machine.ErrorCode.Should().Be(300);
        _machine.ReasonPhrase.Should().Be("Try??Alternate");
        Next(At(10)).Should().BeNull();
        _machine.NextTimeout.Should().Be(Deadline.Never);
    }

    [Fact]
    public void Starting_again_keeps_the_address_until_the_server_says_another()
    {
        _machine.Start(At(0));
        byte[] first = Next(At(0))!;
        Answer(At(10), Success(first));

        _machine.Start(At(15_000));
        _machine.State.Should().Be(BindingState.Waiting);
        _machine.MappedAddress.Should().Be(Mapped);
        byte[] second = Next(At(15_000))!;
        second[8..20].Should().NotEqual(first[8..20]);
        TransportAddress moved = TransportAddress.Parse("203.0.113.1:6000");
        Answer(At(15_010), Respond(second, StunMethod.Binding, StunClass.SuccessResponse, (ref StunWriter w) => w.AddXorAddress(StunAttributeType.XorMappedAddress, moved)));

        _machine.MappedAddress.Should().Be(moved);
    }

    [Fact]
    public void Starting_twice_starts_one_transaction()
    {
        _machine.Start(At(0));
        _machine.Start(At(0));
        Next(At(0)).Should().NotBeNull();
        _machine.Start(At(1));

        Next(At(1)).Should().BeNull();
    }

    [Fact]
    [Rfc("STUN-8489-6.2.1-k")]
    public void An_unreachable_port_ends_the_transaction_at_once()
    {
        _machine.Start(At(0));
        Next(At(0));
        _machine.HandleUnreachable(At(5), TransportAddress.Parse("192.0.2.11:3478"));
        _machine.State.Should().Be(BindingState.Waiting);

        _machine.HandleUnreachable(At(5), Server);

        _machine.Failure.Should().Be(BindingFailure.Unreachable);
    }

    [Fact]
    [Rfc("STUN-8489-6.3.3-d")]
    public void An_address_of_the_other_family_is_reported_as_it_is()
    {
        TransportAddress other = TransportAddress.Parse("[2001:db8::1]:5000");
        _machine.Start(At(0));
        byte[] request = Next(At(0))!;

        Answer(At(5), Respond(request, StunMethod.Binding, StunClass.SuccessResponse, (ref StunWriter w) => w.AddXorAddress(StunAttributeType.XorMappedAddress, other)));

        _machine.MappedAddress.Should().Be(other);
    }

    [Fact]
    public void Misuse_is_refused_by_name()
    {
        Action noPort = () => _ = new BindingMachine(new BindingSettings(), TransportAddress.Parse("192.0.2.1:0"), Socket, _random);
        Action noSocket = () => _ = new BindingMachine(new BindingSettings(), Server, default, _random);
        Action longText = () => _ = new BindingMachine(new BindingSettings { Software = new string('x', 128) }, Server, Socket, _random);

        noPort.Should().Throw<ArgumentException>().WithParameterName("server");
        noSocket.Should().Throw<ArgumentException>().WithParameterName("socket");
        longText.Should().Throw<ArgumentException>().WithParameterName("settings");
    }

    private delegate void Attributes(ref StunWriter writer);

    private static MonotonicTime At(double ms) => MonotonicTime.Zero + TimeSpan.FromMilliseconds(ms);

    private static byte[] Success(byte[] request) =>
        Respond(request, StunMethod.Binding, StunClass.SuccessResponse, (ref StunWriter w) => w.AddXorAddress(StunAttributeType.XorMappedAddress, Mapped));

    private static byte[] Respond(byte[] request, StunMethod method, StunClass @class, Attributes attributes)
    {
        byte[] buffer = new byte[512];
        StunWriter writer = new(buffer, method, @class, StunTransactionId.Read(request.AsSpan(8)));
        attributes(ref writer);
        return writer.Written.ToArray();
    }

    private BindingMachine Create(BindingSettings settings) => new(settings, Server, Socket, _random);

    private DatagramVerdict Answer(MonotonicTime now, byte[] datagram) => _machine.HandleDatagram(now, FromServer, datagram);

    private byte[]? Next(MonotonicTime now)
    {
        if (!_machine.TryGetTransmit(now, _buffer, out Transmit transmit))
        {
            return null;
        }

        transmit.Socket.Should().Be(Socket);
        transmit.Destination.Should().Be(Server);
        return _buffer[..transmit.Length];
    }
}
