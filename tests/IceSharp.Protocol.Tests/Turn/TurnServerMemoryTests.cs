using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Turn;
using IceSharp.TestMarks;
using IceSharp.Testing;

namespace IceSharp.Protocol.Tests.Turn;

/// <summary>Servers that are left alone for a while, and machines that hold themselves to it.</summary>
public sealed class TurnServerMemoryTests
{
    private readonly TurnServerMemory _memory = new();

    [Theory]
    [InlineData(486, TurnPortDemand.Any, 60)]
    [InlineData(486, TurnPortDemand.Even, 60)]
    [InlineData(508, TurnPortDemand.Any, 60)]
    [InlineData(508, TurnPortDemand.Even, 0)]
    [InlineData(403, TurnPortDemand.Any, 0)]
    [Rfc("TURN-8656-7.4-486")]
    [Rfc("TURN-8656-7.4-508")]
    [Rfc("RES-5928-3-j")]
    public void A_server_without_room_is_asked_again_after_a_minute_unless_it_was_for_the_port(int code, TurnPortDemand ports, int seconds)
    {
        TurnAllocationSettings settings = new() { Ports = ports };
        Refuse(settings, code);

        TurnFailure block = _memory.GetBlock(Zero, TurnPair.ServerAddress, IpFamily.IPv4, out MonotonicTime until);
        (block == TurnFailure.None).Should().Be(seconds == 0);
        (until - Zero).TotalSeconds.Should().Be(seconds);
        using TurnPair again = new(new(), memory: _memory);
        again.Client.Start(Zero);
        again.Pump();
        again.Client.State.Should().Be(seconds == 0 ? TurnAllocationState.Allocated : TurnAllocationState.Failed);
        again.Sent.Count.Should().Be(seconds == 0 ? 2 : 0);
        again.Client.Failure.Should().Be(block);

        using TurnPair later = new(new(), memory: _memory);
        later.Run(TimeSpan.FromSeconds(60));
        later.Allocate();
    }

    [Fact]
    [Rfc("TURN-8656-7.4-437")]
    public void Three_ports_are_tried_before_a_server_that_says_437_is_left_alone_for_two_minutes()
    {
        for (int port = 1; port <= TurnServerMemory.MaxPorts; port++)
        {
            _memory.MayTryOtherPort(Zero, TurnPair.ServerAddress).Should().BeTrue();
            Refuse(new(), 437);
        }

        _memory.MayTryOtherPort(Zero, TurnPair.ServerAddress).Should().BeFalse();
        _memory.GetBlock(Zero, TurnPair.ServerAddress, IpFamily.IPv4, out MonotonicTime until).Should().Be(TurnFailure.AllocationMismatch);
        (until - Zero).TotalSeconds.Should().Be(120);
        _memory.MayTryOtherPort(until, TurnPair.ServerAddress).Should().BeTrue();
        Refuse(new(), 437);
        _memory.MayTryOtherPort(until, TurnPair.ServerAddress).Should().BeTrue("the count begins anew");
    }

    [Fact]
    public void A_success_forgives_earlier_437()
    {
        Refuse(new(), 437);
        Refuse(new(), 437);
        using (TurnPair fine = new TurnPair(memory: _memory).Allocate())
        {
        }

        Refuse(new(), 437);

        _memory.MayTryOtherPort(Zero, TurnPair.ServerAddress).Should().BeTrue();
    }

    [Fact]
    [Rfc("TURN-8656-7.4-405")]
    [Rfc("MOB-8016-3.1.4-a")]
    public void A_server_without_mobility_is_asked_once_more_without_a_ticket_and_never_with_one_again()
    {
        StunTurnServerOptions options = new() { Users = TurnPair.Users, Mobility = ServerMobility.Forbidden };
        using TurnPair pair = new TurnPair(new() { UsesMobility = true }, options, memory: _memory).Allocate();
        pair.Sent.Select(s => TurnBench.Has(s.Bytes, StunAttributeType.MobilityTicket)).Should().Equal(true, true, false);
        pair.Client.HasMobilityTicket.Should().BeFalse();

        using TurnPair again = new TurnPair(new() { UsesMobility = true }, options, memory: _memory).Allocate();
        again.Sent.Should().HaveCount(2).And.OnlyContain(s => !TurnBench.Has(s.Bytes, StunAttributeType.MobilityTicket));
    }

    [Fact]
    public void Memory_is_bounded()
    {
        for (int i = 1; i <= 1000; i++)
        {
            TransportAddress server = new(IpAddress.Parse("192.0.2.5"), (ushort)i);
            using TurnAllocationMachine machine = new(new(), null, server, TurnPair.First, new SeededRandomSource(1), memory: _memory);
            machine.Start(Zero);
            machine.StartPending(Zero);
            byte[] buffer = new byte[1500];
            machine.TryGetTransmit(Zero, buffer, out Transmit sent);
            machine.HandleDatagram(Zero, new TransportPath(TurnPair.First, server), TurnBench.Unsigned(buffer[..sent.Length], 486));
        }

        Blocked(1).Should().BeFalse();
        Blocked(1000).Should().BeTrue();
        Enumerable.Range(1, 1000).Count(Blocked).Should().Be(64);

        bool Blocked(int port) => _memory.GetBlock(Zero, new TransportAddress(IpAddress.Parse("192.0.2.5"), (ushort)port), IpFamily.IPv4, out _) != TurnFailure.None;
    }

    private static MonotonicTime Zero => MonotonicTime.Zero;

    private void Refuse(TurnAllocationSettings settings, int code)
    {
        using TurnPair pair = new(settings, memory: _memory);
        pair.Server.Faults.RefuseNext(StunMethod.Allocate, code);
        pair.Client.Start(Zero);
        pair.Pump();
        pair.Client.State.Should().Be(TurnAllocationState.Failed);
    }
}
