using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Client;
using IceSharp.Protocol.Turn;
using IceSharp.TestMarks;
using IceSharp.Testing;

namespace IceSharp.Protocol.Tests.Turn;

/// <summary>The machine over a stream: nothing is lost, frames are padded, and the stream's end is the allocation's.</summary>
public sealed class TurnStreamTests
{
    private static readonly TurnAllocationSettings Stream = new() { Link = StunLinkKind.Stream };

    [Fact]
    [Rfc("STUN-8489-6.2.2-a")]
    [Rfc("STUN-8489-6.2.2-b")]
    public void Requests_are_sent_once_and_waited_for_as_long_as_seven_copies()
    {
        using TurnPair pair = new(Stream);
        pair.Server.Faults.IsSilent = true;
        pair.Client.Start(pair.Now);
        pair.Pump();

        pair.Run(TimeSpan.FromSeconds(39.4));
        (pair.Sent.Count, pair.Client.State).Should().Be((1, TurnAllocationState.Allocating));
        pair.Run(TimeSpan.FromSeconds(0.1));

        (pair.Sent.Count, pair.Client.Failure).Should().Be((1, TurnFailure.Timeout));
    }

    [Fact]
    [Rfc("TURN-8656-12.5-a")]
    [Rfc("TURN-8656-12.5-b")]
    public void Channel_data_is_padded_on_streams_and_only_there()
    {
        foreach (bool isStream in new[] { true, false })
        {
            using TurnPair pair = new TurnPair(isStream ? Stream : new()).Allocate();
            pair.Client.RequestChannel(pair.Now, TurnPair.Peer);
            pair.Pump();
            byte[] buffer = Enumerable.Repeat((byte)0xEE, 60).ToArray();

            pair.Client.TryWriteData(buffer, TurnPair.Peer, [1, 2, 3, 4, 5], out int length).Should().BeTrue();

            length.Should().Be(isStream ? 12 : 9);
            buffer[..9].Should().Equal(0x40, 0, 0, 5, 1, 2, 3, 4, 5);
            buffer[9..12].Should().Equal(isStream ? [0, 0, 0] : [0xEE, 0xEE, 0xEE]);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_payload_in_place_is_wrapped_where_it_stands(bool hasChannel)
    {
        using TurnPair pair = new TurnPair(Stream).Allocate();
        pair.Permit(TurnPair.Peer);
        if (hasChannel)
        {
            pair.Client.RequestChannel(pair.Now, TurnPair.Peer);
            pair.Pump();
        }

        byte[] buffer = new byte[60];
        int offset = TurnAllocationMachine.GetSendOverhead(IpFamily.IPv4);
        buffer[offset] = 42;

        pair.Client.TryWrapInPlace(buffer, offset, 1, TurnPair.Peer, out int start, out int length).Should().BeTrue();

        buffer[offset].Should().Be(42);
        (start, length).Should().Be(hasChannel ? (offset - 4, 8) : (0, 40));
        pair.Server.HandleDatagram(pair.Now, new TransportPath(new SocketHandle(1), TurnPair.ClientAt(TurnPair.First)), buffer.AsSpan(start, length));
        pair.Pump();
        pair.AtPeers.Should().ContainSingle().Which.Bytes.Should().Equal(42);
        FluentActions.Invoking(() => pair.Client.TryWrapInPlace(buffer, offset - 1, 1, TurnPair.Peer, out _, out _)).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    [Rfc("STUN-8489-9.2.5-l")]
    public void A_response_with_a_wrong_seal_ends_its_request_at_once_and_nothing_spins()
    {
        using TurnPair pair = new TurnPair(Stream).Allocate();
        pair.Permit(TurnPair.Peer);
        pair.Sent.Clear();
        pair.Server.Faults.Integrity = IntegrityFault.Corrupted;

        pair.Run(TimeSpan.FromSeconds(700));

        pair.Sent.Count.Should().BeLessThan(5);
        pair.Events.Should().Contain(e => e.Kind == TurnEventKind.Lost && e.Failure == TurnFailure.IntegrityViolated);
    }

    [Fact]
    public void The_end_of_the_stream_is_the_end_of_an_allocation_under_way_or_being_closed()
    {
        using TurnPair pair = new(Stream);
        pair.Client.Start(pair.Now);
        pair.CloseStream(TurnPair.First);
        (pair.Client.State, pair.Client.Failure).Should().Be((TurnAllocationState.Failed, TurnFailure.StreamClosed));

        using TurnPair closing = new TurnPair(Stream).Allocate();
        closing.Server.Faults.IsSilent = true;
        closing.Client.Close(closing.Now);
        closing.Pump();
        closing.CloseStream(TurnPair.Second);
        closing.Client.State.Should().Be(TurnAllocationState.Closing, "that was another stream");
        closing.CloseStream(TurnPair.First);
        closing.Client.State.Should().Be(TurnAllocationState.Closed);
    }
}
