using IceSharp.Protocol;
using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Server;

public class PermissionTests
{
    private readonly ServerHarness _server = new();

    [Fact]
    [Rfc("TURN-8656-7.2-q")]
    [Rfc("TURN-8656-9-c")]
    public void A_peer_without_permission_is_dropped_in_silence()
    {
        _server.Allocate();

        _server.ReceiveFromPeer("203.0.113.5:9", "hello"u8).Should().BeEmpty();
        _server.Verdict.Reason.Should().Be(DropReason.NoPermission);
    }

    [Fact]
    [Rfc("TURN-8656-9-a")]
    public void A_permission_is_by_address_whatever_the_port_and_lives_exactly_300_s()
    {
        Credentials credentials = _server.Allocate();
        _server.Permit(credentials, "203.0.113.5:9").IsSuccess.Should().BeTrue();

        _server.ReceiveFromPeer("203.0.113.5:777", "hello"u8).Should().ContainSingle();
        _server.Pass(TimeSpan.FromSeconds(300) - TimeSpan.FromTicks(1));
        _server.ReceiveFromPeer("203.0.113.5:9", "hello"u8).Should().ContainSingle();
        _server.Pass(TimeSpan.FromTicks(1));
        _server.ReceiveFromPeer("203.0.113.5:9", "hello"u8).Should().BeEmpty();
    }

    [Fact]
    [Rfc("TURN-8656-9-b")]
    public void Data_refreshes_no_permission_and_a_request_does()
    {
        Credentials credentials = _server.Allocate();
        _server.Permit(credentials, "203.0.113.5:9", "203.0.113.6:9");
        _server.Pass(TimeSpan.FromSeconds(200));
        _server.Receive(_server.SendIndication("203.0.113.5:9", "x"u8)).Should().ContainSingle();
        _server.ReceiveFromPeer("203.0.113.5:9", "y"u8).Should().ContainSingle();
        _server.Permit(credentials, "203.0.113.6:1");

        _server.Pass(TimeSpan.FromSeconds(100));
        _server.Receive(_server.SendIndication("203.0.113.5:9", "x"u8)).Should().BeEmpty();
        _server.Receive(_server.SendIndication("203.0.113.6:9", "x"u8)).Should().ContainSingle();
    }

    [Fact]
    [Rfc("TURN-8656-10.2-a")]
    public void A_request_with_one_bad_address_installs_nothing()
    {
        ServerHarness server = new(new StunTurnServerOptions
        {
            Users = ServerHarness.Users,
            MaxPermissionsPerAllocation = 2,
            IsForbiddenPeer = a => a == IpAddress.Parse("203.0.113.66"),
        });
        Credentials credentials = server.Allocate();
        const string Good = "203.0.113.5:9";

        server.Permit(credentials).Code.Should().Be(400);
        server.Permit(credentials, Good, "[2001:db8::5]:9").Code.Should().Be(443);
        server.Permit(credentials, Good, "203.0.113.66:9").Code.Should().Be(403);
        server.Permit(credentials, "203.0.113.66:9", Good).Code.Should().Be(403);
        server.Permit(credentials, Good, "203.0.113.6:9", "203.0.113.7:9").Code.Should().Be(508);
        server.Ask(new RequestBuilder(StunMethod.CreatePermission, server.NewId()).Peer(Good).Raw(StunAttributeType.XorPeerAddress, [0, 1, 2]).Sign(credentials)).Code.Should().Be(400);

        server.Machine.Allocations.Single().Permissions.Should().BeEmpty();
        server.Permit(credentials, Good, "203.0.113.5:10", "203.0.113.6:9").IsSuccess.Should().BeTrue("the same address twice needs one place");
        server.Machine.Allocations.Single().Permissions.Select(p => p.Peer.ToString()).Should().Equal("203.0.113.5", "203.0.113.6");
    }

    [Theory]
    [InlineData("[2002::1]:9")]
    [InlineData("[2001:0:1::1]:9")]
    [Rfc("TURN-8656-21.4-a")]
    public void Tunnel_addresses_are_forbidden_peers(string peer)
    {
        ServerHarness server = new(new StunTurnServerOptions { Users = ServerHarness.Users, RelayAddresses = [IpAddress.Parse("2001:db8::1")] });
        Credentials credentials = server.Challenge();
        server.Ask(new RequestBuilder(StunMethod.Allocate, server.NewId()).Transport().Family(2).Sign(credentials)).IsSuccess.Should().BeTrue();

        server.Permit(credentials, peer).Code.Should().Be(403);
        server.BindChannel(credentials, 0x4000, peer).Code.Should().Be(403);
        server.Permit(credentials, "[2001:db8::5]:9").IsSuccess.Should().BeTrue();
    }
}
