using IceSharp.Protocol;
using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Server;

public class MobilityServiceTests
{
    private static readonly TransportAddress Moved = TransportAddress.Parse("198.51.100.8:41000"), Elsewhere = TransportAddress.Parse("198.51.100.9:42000");
    private readonly ServerHarness _server = new();

    [Fact]
    [Rfc("MOB-8016-3.1.2-b")]
    [Rfc("MOB-8016-3.2.2-a")]
    public void A_ticket_is_short_and_different_for_each_allocation_and_none_that_was_touched_is_taken()
    {
        byte[] ticket = Allocate(ServerHarness.Client), other = Allocate(Moved);
        ticket.Length.Should().BeLessThan(64);
        ticket.Should().NotEqual(other);

        for (int bit = 0; bit < ticket.Length * 8; bit += 5)
        {
            byte[] touched = [.. ticket];
            touched[bit / 8] ^= (byte)(1 << (bit % 8));
            Move(touched, Elsewhere).Code.Should().Be(400);
        }

        Move(ticket[..^1], Elsewhere).Code.Should().Be(400);
        Move(ticket, Elsewhere).IsSuccess.Should().BeTrue();
    }

    [Fact]
    [Rfc("MOB-8016-3.2.2-a")]
    public void Each_wrong_move_has_its_code()
    {
        byte[] ticket = Allocate(ServerHarness.Client);

        Move(ticket, ServerHarness.Client).Code.Should().Be(400, "it has not moved");
        Move(ticket, Moved, "bob", "other").Code.Should().Be(441);
        _server.Refresh(Credentials(ServerHarness.Client), 0).IsSuccess.Should().BeTrue();
        Move(ticket, Moved).Code.Should().Be(437, "there is no allocation any more");

        ServerHarness forbids = new(new() { Users = ServerHarness.Users, Mobility = ServerMobility.Forbidden });
        forbids.Allocate();
        forbids.Ask(new RequestBuilder(StunMethod.Refresh, forbids.NewId()).Raw(StunAttributeType.MobilityTicket, ticket).Sign(forbids.Challenge(from: Moved)), Moved).Code.Should().Be(405);
    }

    [Fact]
    [Rfc("MOB-8016-3.2.2-c")]
    public void An_old_ticket_is_good_for_the_same_request_again_and_for_nothing_else()
    {
        byte[] ticket = Allocate(ServerHarness.Client);
        byte[] request = new RequestBuilder(StunMethod.Refresh, _server.NewId()).Raw(StunAttributeType.MobilityTicket, ticket).Sign(Credentials(Moved)).ToArray();
        Message first = Message.Single(_server.Receive(request, Moved));
        first.IsSuccess.Should().BeTrue();
        first.Bytes(StunAttributeType.MobilityTicket).Should().NotEqual(ticket);

        _server.Pass(TimeSpan.FromSeconds(30));
        Message.Single(_server.Receive(request, Moved)).All.Should().Equal(first.All);
        Move(ticket, Elsewhere).Code.Should().Be(400);
        Move(first.Bytes(StunAttributeType.MobilityTicket)!, Elsewhere).IsSuccess.Should().BeTrue();
    }

    [Fact]
    [Rfc("MOB-8016-3.2.2-b")]
    public void The_old_address_is_served_until_data_comes_from_the_new_one()
    {
        byte[] ticket = Allocate(ServerHarness.Client);
        _server.Permit(Credentials(ServerHarness.Client), "203.0.113.9:5");
        Move(ticket, Moved).IsSuccess.Should().BeTrue();

        _server.ReceiveFromPeer("203.0.113.9:5", [1]).Should().ContainSingle().Which.Destination.Should().Be(ServerHarness.Client);
        _server.Receive(_server.SendIndication("203.0.113.9:5", [2]), ServerHarness.Client).Should().ContainSingle();
        _server.ReceiveFromPeer("203.0.113.9:5", [3]).Should().ContainSingle().Which.Destination.Should().Be(ServerHarness.Client);
        _server.Receive(_server.SendIndication("203.0.113.9:5", [4]), Moved).Should().ContainSingle();
        _server.ReceiveFromPeer("203.0.113.9:5", [5]).Should().ContainSingle().Which.Destination.Should().Be(Moved);
        _server.Receive(_server.SendIndication("203.0.113.9:5", [6]), ServerHarness.Client).Should().BeEmpty("nobody is there any more");
        _server.Machine.Allocations.Single().Client.Should().Be(Moved);
    }

    private Credentials Credentials(TransportAddress from, string user = "alice", string password = "secret") => _server.Challenge(user, password, from);

    private byte[] Allocate(TransportAddress from)
    {
        // On a 5-tuple that has none a challenge costs nothing.
        Message allocated = _server.Ask(
            new RequestBuilder(StunMethod.Allocate, _server.NewId()).Transport().Raw(StunAttributeType.MobilityTicket, []).Sign(Credentials(from)), from);
        allocated.IsSuccess.Should().BeTrue();
        return allocated.Bytes(StunAttributeType.MobilityTicket)!;
    }

    private Message Move(byte[] ticket, TransportAddress to, string user = "alice", string password = "secret") =>
        _server.Ask(new RequestBuilder(StunMethod.Refresh, _server.NewId()).Raw(StunAttributeType.MobilityTicket, ticket).Sign(Credentials(to, user, password)), to);
}
