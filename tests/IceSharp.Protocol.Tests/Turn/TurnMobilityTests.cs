using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Client;
using IceSharp.Protocol.Turn;
using IceSharp.TestMarks;
using IceSharp.Testing;

namespace IceSharp.Protocol.Tests.Turn;

/// <summary>An allocation that goes along when the client's address changes (RFC 8016), at the client and at the test kit's server.</summary>
public sealed class TurnMobilityTests
{
    private static readonly TurnAllocationSettings Mobile = new() { UsesMobility = true };

    [Fact]
    [Rfc("MOB-8016-3.1.1-a")]
    [Rfc("MOB-8016-3.2.1-a")]
    [Rfc("MOB-8016-3.3-a")]
    public void An_empty_ticket_asks_for_one_and_only_a_move_shows_it()
    {
        using TurnPair pair = new TurnPair(Mobile).Allocate();
        pair.Sent.Select(s => TicketOf(s.Bytes)).Should().HaveCount(2).And.OnlyContain(t => t != null && t.Length == 0);
        pair.Client.HasMobilityTicket.Should().BeTrue();
        pair.Sent.Clear();

        pair.Run(TimeSpan.FromSeconds(1200));

        pair.Methods.Should().Contain(StunMethod.Refresh);
        pair.Sent.Should().OnlyContain(s => TicketOf(s.Bytes) == null);
    }

    [Fact]
    [Rfc("MOB-8016-3.1.3-a")]
    [Rfc("MOB-8016-3.2.2-b")]
    [Rfc("MOB-8016-3.2.2-e")]
    public void Two_moves_keep_relayed_address_permissions_and_channels_each_with_a_newer_ticket()
    {
        using TurnPair pair = new TurnPair(Mobile).Allocate();
        TransportAddress relayed = pair.Client.RelayedAddress!.Value;
        pair.Client.RequestChannel(pair.Now, TurnPair.Peer);
        pair.Pump();
        pair.TakeEvents();

        List<string> tickets = [];
        foreach (SocketHandle socket in new[] { TurnPair.Second, TurnPair.Third })
        {
            pair.Sent.Clear();
            pair.Client.Move(pair.Now, socket).Should().BeTrue();
            pair.Pump();
            pair.TakeEvents().Should().ContainSingle().Which.Should().Be(new TurnEvent(TurnEventKind.Moved) { Socket = socket });
            pair.Sent[0].Socket.Should().Be(socket);
            tickets.Add(Convert.ToHexString(TicketOf(pair.Sent[^1].Bytes)!));
            (pair.Client.Socket, pair.Client.RelayedAddress, pair.Allocation.Client).Should().Be((socket, relayed, TurnPair.ClientAt(socket)));

            pair.Send(TurnPair.Peer, 1).Should().BeTrue();
            pair.AtPeers[^1].From.Should().Be(relayed);
            pair.SendFromPeer(TurnPair.Peer, 2);
            pair.Received[^1].Socket.Should().Be(socket);
        }

        tickets.Should().OnlyHaveUniqueItems();
        pair.Allocation.Channels.Should().ContainSingle();
        pair.Run(TimeSpan.FromHours(1));
        (pair.Client.State, pair.Send(TurnPair.Peer, 3)).Should().Be((TurnAllocationState.Allocated, true));
    }

    [Fact]
    [Rfc("MOB-8016-3.2.2-b")]
    [Rfc("MOB-8016-3.2.2-d")]
    public void Until_the_server_agrees_data_goes_by_the_old_address_and_comes_there_until_data_left_the_new_one()
    {
        using TurnPair pair = new TurnPair(Mobile).Allocate();
        pair.Permit(TurnPair.Peer);
        pair.Drop = (toServer, socket, _) => !toServer && socket == TurnPair.Second;
        pair.Client.Move(pair.Now, TurnPair.Second);
        pair.Pump();

        pair.Client.Socket.Should().Be(TurnPair.First);
        pair.Send(TurnPair.Peer, 1).Should().BeTrue();
        pair.AtPeers.Should().ContainSingle("the server still hears the old address");
        pair.SendFromPeer(TurnPair.Peer, 2);
        pair.Received.Should().ContainSingle().Which.Socket.Should().Be(TurnPair.First);

        pair.Drop = (_, _, _) => false;
        pair.Run(TimeSpan.FromSeconds(1));
        pair.Client.Socket.Should().Be(TurnPair.Second);
        pair.SendFromPeer(TurnPair.Peer, 3);
        pair.Received[^1].Socket.Should().Be(TurnPair.First, "no data has left the new address yet");
        pair.Send(TurnPair.Peer, 4);
        pair.SendFromPeer(TurnPair.Peer, 5);
        pair.Received[^1].Socket.Should().Be(TurnPair.Second);
    }

    [Theory]
    [InlineData(400, TurnFailure.BadRequest)]
    [InlineData(405, TurnFailure.MobilityForbidden)]
    [InlineData(0, TurnFailure.Timeout)]
    [Rfc("MOB-8016-3.2.2-f")]
    public void A_move_that_fails_leaves_everything_where_it_was(int code, TurnFailure failure)
    {
        using TurnPair pair = new TurnPair(Mobile).Allocate();
        pair.Permit(TurnPair.Peer);
        pair.TakeEvents();
        if (code == 0)
        {
            pair.Drop = (_, socket, _) => socket == TurnPair.Second;
        }

        pair.Client.Move(pair.Now, TurnPair.Second).Should().BeTrue();
        pair.Client.Move(pair.Now, TurnPair.Third).Should().BeFalse("one at a time");
        if (code != 0)
        {
            pair.Server.Faults.RefuseNext(StunMethod.Refresh, code);
        }

        pair.Run(TimeSpan.FromSeconds(40));

        TurnEvent failed = pair.TakeEvents().Should().ContainSingle().Which;
        (failed.Kind, failed.Failure, failed.Socket).Should().Be((TurnEventKind.MoveFailed, failure, TurnPair.Second));
        (pair.Client.Socket, pair.Client.State, pair.Client.HasMobilityTicket).Should().Be((TurnPair.First, TurnAllocationState.Allocated, code == 0));
        pair.Send(TurnPair.Peer, 1).Should().BeTrue();
        pair.AtPeers.Should().ContainSingle();
    }

    [Fact]
    public void Requests_under_way_are_asked_again_from_the_new_address()
    {
        using TurnPair pair = new TurnPair(Mobile).Allocate();
        pair.Drop = (_, socket, _) => socket == TurnPair.First;
        pair.Permit(TurnPair.Peer);
        pair.Client.HasPermission(TurnPair.Peer.Address).Should().BeFalse();

        pair.Client.Move(pair.Now, TurnPair.Second);
        pair.Pump();

        pair.Client.HasPermission(TurnPair.Peer.Address).Should().BeTrue();
    }

    [Fact]
    [Rfc("MOB-8016-5-a")]
    public void An_open_server_gives_no_ticket_without_encryption()
    {
        foreach ((ServerTransport transport, bool expected) in new[] { (ServerTransport.Tcp, false), (ServerTransport.Tls, true) })
        {
            TurnAllocationSettings settings = Mobile with { Link = StunLinkKind.Stream, IsLinkSecure = true };
            using TurnPair pair = new TurnPair(settings, new() { IsOpen = true }, transport: transport, withCredential: false).Allocate();
            pair.Client.HasMobilityTicket.Should().Be(expected);
        }
    }

    private static byte[]? TicketOf(byte[] request)
    {
        StunReader.TryParse(request, out StunReader reader);
        return reader.GetBytes(StunAttributeType.MobilityTicket, out ReadOnlySpan<byte> ticket) == StunAttributeStatus.Ok ? ticket.ToArray() : null;
    }
}
