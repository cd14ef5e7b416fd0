using IceSharp.Protocol;
using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Server;

/// <summary>What an Allocate may not ask for, and what it gets instead.</summary>
public class AllocateDemandTests
{
    private const StunAttributeType Requested = StunAttributeType.RequestedAddressFamily, Additional = StunAttributeType.AdditionalAddressFamily;

    [Theory]
    [Rfc("TURN-8656-7.2-f")]
    [InlineData(400, 17, Requested, "01000000", Additional, "02000000")]
    [Rfc("TURN-8656-7.2-h")]
    [InlineData(400, 17, StunAttributeType.EvenPort, "80", Additional, "02000000")]
    [Rfc("TURN-8656-18.11-a")]
    [InlineData(400, 17, Additional, "01000000")]
    [Rfc("TURN-8656-3.7-b")]
    [InlineData(420, 17, StunAttributeType.DontFragment, "")]
    [Rfc("MOB-8016-3.1.2-a")]
    [InlineData(400, 17, StunAttributeType.MobilityTicket, "7469636B65742121")]
    [Rfc("TCP-6062-5.1-a")]
    [InlineData(442, 41)]
    [InlineData(400, 6)]
    public void Over_UDP_it_is_refused(int code, byte protocol, StunAttributeType type = default, string value = "", StunAttributeType second = default, string secondValue = "") =>
        Ask(new ServerHarness(), protocol, type, value, second, secondValue).Code.Should().Be(code);

    [Theory]
    [Rfc("TCP-6062-5.1-a")]
    [InlineData(0, 6)]
    [InlineData(0, 17)]
    [InlineData(442, 41)]
    [InlineData(400, 6, StunAttributeType.DontFragment, "")]
    [InlineData(400, 6, StunAttributeType.EvenPort, "00")]
    [InlineData(400, 6, StunAttributeType.ReservationToken, "0102030405060708")]
    public void Over_TCP_connections_are_relayed_and_nothing_of_datagrams_goes_with_them(int code, byte protocol, StunAttributeType type = default, string value = "")
    {
        ServerHarness server = new(transport: ServerTransport.Tcp);

        Message answer = Ask(server, protocol, type, value);

        answer.Code.Should().Be(code);
        answer.Has(StunAttributeType.ReservationToken).Should().BeFalse();
    }

    [Theory]
    [Rfc("TCP-6062-5.1-a")]
    [InlineData(403, 17, true, false, ServerMobility.Offered)]
    [InlineData(442, 6, false, true, ServerMobility.Offered)]
    [Rfc("MOB-8016-3.1.2-a")]
    [InlineData(405, 17, true, true, ServerMobility.Forbidden)]
    [InlineData(0, 17, true, true, ServerMobility.Unknown)]
    public void A_server_refuses_what_its_policy_forbids(int code, byte protocol, bool tcp, bool udp, ServerMobility mobility)
    {
        ServerHarness server = new(new() { Users = ServerHarness.Users, RelaysTcp = tcp, RelaysUdp = udp, Mobility = mobility }, ServerTransport.Tcp);

        Message answer = Ask(server, protocol, StunAttributeType.MobilityTicket, "");

        answer.Code.Should().Be(code);
        answer.Has(StunAttributeType.MobilityTicket).Should().BeFalse();
    }

    [Fact]
    [Rfc("TURN-8656-7.2-i")]
    public void Of_two_families_the_one_that_cannot_be_had_is_told_of_and_none_at_all_is_508()
    {
        ServerHarness server = new();
        Message one = Ask(server, 17, Additional, "02000000");
        one.IsSuccess.Should().BeTrue("it listens on IPv4 alone");
        one.Address(StunAttributeType.XorRelayedAddress).Family.Should().Be(IpFamily.IPv4);
        one.Bytes(StunAttributeType.AddressErrorCode)![..4].Should().Equal(2, 0, 4, 40);

        ServerHarness none = new(new() { Users = ServerHarness.Users, RefusedFamilies = [IpFamily.IPv4, IpFamily.IPv6] });
        Ask(none, 17, Additional, "02000000").Code.Should().Be(508);
    }

    [Fact]
    [Rfc("TURN-8656-5-i")]
    public void An_Allocate_without_a_cookie_is_dropped_even_where_old_Binding_is_served()
    {
        ServerHarness server = new(new() { Users = ServerHarness.Users, AnswersRfc3489 = true, IsOpen = true });
        byte[] request = new RequestBuilder(StunMethod.Allocate, server.NewId()).Transport().ToArray();
        request[4] ^= 1;

        server.Receive(request).Should().BeEmpty();
        server.Machine.Allocations.Should().BeEmpty();
    }

    [Fact]
    [Rfc("TURN-8656-6-a")]
    public void What_happens_to_the_password_later_is_nothing_to_the_server_which_has_its_key()
    {
        Dictionary<string, string> users = ServerHarness.Users;
        ServerHarness server = new(new() { Users = users });
        users.Clear();

        server.Allocate();

        server.Machine.Allocations.Should().ContainSingle();
    }

    [Fact]
    [Rfc("TURN-8656-8.1-a")]
    public void A_Refresh_without_a_lifetime_gets_the_default()
    {
        ServerHarness server = new();
        Credentials credentials = server.Allocate();
        server.Refresh(credentials, 3000).Lifetime.Should().Be(3000);

        server.Refresh(credentials).Lifetime.Should().Be(600);
    }

    [Fact]
    [Rfc("TURN-8656-21.2.2-a")]
    public void Forbidden_peers_get_403_and_no_data()
    {
        IpAddress forbidden = IpAddress.Parse("203.0.113.66");
        ServerHarness server = new(new() { Users = ServerHarness.Users, IsForbiddenPeer = p => p == forbidden });
        Credentials credentials = server.Allocate();

        server.Permit(credentials, "203.0.113.66:1").Code.Should().Be(403);
        server.BindChannel(credentials, 0x4000, "203.0.113.66:1").Code.Should().Be(403);
        server.Receive(server.SendIndication("203.0.113.66:1", [1])).Should().BeEmpty();
        server.Verdict.Reason.Should().Be(DropReason.NoPermission);
        server.Machine.Allocations.Single().Permissions.Should().BeEmpty();
    }

    private static Message Ask(ServerHarness server, byte protocol, StunAttributeType type = default, string value = "", StunAttributeType second = default, string secondValue = "")
    {
        Credentials credentials = server.Challenge();
        RequestBuilder request = new RequestBuilder(StunMethod.Allocate, server.NewId()).Transport(protocol);
        foreach ((StunAttributeType added, string bytes) in new[] { (type, value), (second, secondValue) })
        {
            _ = added == default ? request : request.Raw(added, Convert.FromHexString(bytes));
        }

        return server.Ask(request.Sign(credentials));
    }
}
