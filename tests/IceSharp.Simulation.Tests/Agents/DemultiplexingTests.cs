using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.TestMarks;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Agents;

/// <summary>RFC 7983's ranges as an option: every first byte, direct and through a relay.</summary>
public class DemultiplexingTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Rfc("ICE-7983-7-a")]
    [Rfc("ICE-7983-7-b")]
    [Rfc("ICE-7983-7-d")]
    public void With_rfc_7983_exactly_its_data_ranges_are_data_and_nothing_is_answered(bool relayed)
    {
        using VirtualPair pair = Connected(relayed, IceDemultiplexing.Rfc7983);

        byte[] passed = SendEveryFirstByte(pair);

        passed.Should().Equal([.. Bytes(16, 63), .. Bytes(128, 191)]);
        pair.Answerer.Machine.GetDropCount(DropReason.FirstByte).Should().Be(256 - 48 - 64);
        pair.Offerer.Received.Should().BeEmpty();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Rfc("ICE-7983-7-b")]
    [Rfc("ICE-7983-7-d")]
    public void By_default_every_first_byte_is_data(bool relayed)
    {
        using VirtualPair pair = Connected(relayed, IceDemultiplexing.AnyFirstByte);

        SendEveryFirstByte(pair).Should().Equal(Bytes(0, 255));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Rfc("ICE-7983-7-e")]
    public void Empty_datagrams_are_data_in_both_modes(bool relayed)
    {
        foreach (IceDemultiplexing mode in Enum.GetValues<IceDemultiplexing>())
        {
            using VirtualPair pair = Connected(relayed, mode);
            pair.Offerer.TrySend([]).Should().BeTrue();
            pair.Network.RunFor(TimeSpan.FromMilliseconds(500));
            pair.Answerer.Received.Should().ContainSingle().Which.Bytes.Length.Should().Be(0);
        }
    }

    private static VirtualPair Connected(bool relayed, IceDemultiplexing mode)
    {
        var agent = new IceAgentMachineOptions { Demultiplexing = mode, TransportPolicy = relayed ? IceTransportPolicy.RelayOnly : IceTransportPolicy.All };
        VirtualPair pair = VirtualPair.Create(new VirtualPairOptions { UseStun = false, UseTurn = relayed, Agent = agent });
        pair.Connect();
        pair.Offerer.Machine.GetRoute(0, 1)!.IsRelayed.Should().Be(relayed);
        return pair;
    }

    private static byte[] SendEveryFirstByte(VirtualPair pair)
    {
        foreach (byte first in Bytes(0, 255))
        {
            pair.Offerer.TrySend([first, 1, 2, 3]).Should().BeTrue();
        }

        pair.Network.RunFor(TimeSpan.FromSeconds(1));
        return [.. pair.Answerer.Received.Select(r => r.Bytes.Span[0])];
    }

    private static byte[] Bytes(int from, int to) => [.. Enumerable.Range(from, to - from + 1).Select(b => (byte)b)];
}
