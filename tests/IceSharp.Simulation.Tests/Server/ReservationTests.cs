using IceSharp.Protocol;
using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Server;

public class ReservationTests
{
    private static readonly StunTurnServerOptions Open = new() { IsOpen = true };

    private readonly ServerHarness _server = new(Open);
    private int _clients;

    [Fact]
    [Rfc("TURN-8656-7.2-m")]
    public void An_even_port_is_even_and_reserves_nothing()
    {
        for (int i = 0; i < 20; i++)
        {
            Message answer = Allocate(r => r.Raw(StunAttributeType.EvenPort, [0x7F]));

            (answer.Address(StunAttributeType.XorRelayedAddress).Port % 2).Should().Be(0);
            answer.Has(StunAttributeType.ReservationToken).Should().BeFalse();
        }
    }

    [Fact]
    [Rfc("TURN-8656-7.2-l")]
    [Rfc("TURN-8656-7.2-m")]
    public void The_next_port_can_be_claimed_once_from_another_address_until_30_seconds_are_over()
    {
        Message first = Allocate(r => r.Raw(StunAttributeType.EvenPort, [0x80]));
        TransportAddress even = first.Address(StunAttributeType.XorRelayedAddress);
        byte[] token = first.Bytes(StunAttributeType.ReservationToken)!;
        (even.Port % 2, token.Length).Should().Be((0, 8));

        _server.Pass(TimeSpan.FromSeconds(29));
        Message second = Allocate(r => r.Raw(StunAttributeType.ReservationToken, token));

        second.Address(StunAttributeType.XorRelayedAddress).Should().Be(even with { Port = (ushort)(even.Port + 1) });
        Allocate(r => r.Raw(StunAttributeType.ReservationToken, token)).Code.Should().Be(508);
    }

    [Fact]
    [Rfc("TURN-8656-7.2-e")]
    [Rfc("TURN-8656-7.2-l")]
    public void A_reservation_that_is_over_is_gone()
    {
        byte[] token = Allocate(r => r.Raw(StunAttributeType.EvenPort, [0x80])).Bytes(StunAttributeType.ReservationToken)!;

        _server.Pass(TimeSpan.FromSeconds(30));

        Allocate(r => r.Raw(StunAttributeType.ReservationToken, token)).Code.Should().Be(508);
    }

    [Fact]
    public void A_reserved_port_is_given_to_nobody_else()
    {
        var server = new ServerHarness(Open with { RelayPorts = new(50000, 50001) });
        Ask(server, r => r.Raw(StunAttributeType.EvenPort, [0x80])).IsSuccess.Should().BeTrue();

        Ask(server, r => r).Code.Should().Be(508);
    }

    [Fact]
    public void A_pair_that_the_host_refuses_is_drawn_anew()
    {
        int refusals = 0;
        _server.IsTaken = _ => refusals++ < 3;

        Message answer = Allocate(r => r.Raw(StunAttributeType.EvenPort, [0x80]));

        TransportAddress even = answer.Address(StunAttributeType.XorRelayedAddress);
        Allocate(r => r.Raw(StunAttributeType.ReservationToken, answer.Bytes(StunAttributeType.ReservationToken)!))
            .Address(StunAttributeType.XorRelayedAddress).Port.Should().Be((ushort)(even.Port + 1));
    }

    [Fact]
    [Rfc("TURN-8656-7.2-i")]
    public void An_additional_family_that_cannot_be_had_is_named_in_the_success()
    {
        byte[] answer = _server.Receive(Request(r => r.Raw(StunAttributeType.AdditionalAddressFamily, [2, 0, 0, 0]))).Should().ContainSingle().Which.Bytes;

        StunReader.TryParse(answer, out StunReader response).Should().Be(StunParseStatus.Ok);
        response.Class.Should().Be(StunClass.SuccessResponse);
        response.TryFind(StunAttributeType.AddressErrorCode, out StunAttribute error).Should().BeTrue();
        error.ReadAddressErrorCode(out IpFamily family, out int code, out _).Should().Be(StunAttributeStatus.Ok);
        (family, code).Should().Be((IpFamily.IPv6, 440));
        response.Has(StunAttributeType.XorRelayedAddress).Should().BeTrue();
    }

    private Message Allocate(Func<RequestBuilder, RequestBuilder> with) => Ask(_server, with);

    private Message Ask(ServerHarness server, Func<RequestBuilder, RequestBuilder> with) =>
        server.Ask(with(new RequestBuilder(StunMethod.Allocate, server.NewId()).Transport()), new TransportAddress(ServerHarness.Client.Address, (ushort)(41000 + ++_clients)));

    private byte[] Request(Func<RequestBuilder, RequestBuilder> with) => with(new RequestBuilder(StunMethod.Allocate, _server.NewId()).Transport()).ToArray();
}
