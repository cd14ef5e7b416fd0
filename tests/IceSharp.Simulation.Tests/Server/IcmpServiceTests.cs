using IceSharp.Protocol;
using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Server;

/// <summary>ICMP that a host hands in goes to the client whose datagram it is about (RFC 8656 §11.5).</summary>
public class IcmpServiceTests
{
    [Theory]
    [InlineData(3, 4, 1300u, 1300u)]
    [InlineData(3, 3, 1300u, 0u)]
    [InlineData(11, 0, 7u, 0u)]
    [Rfc("TURN-8656-11.5-a")]
    [Rfc("TURN-8656-11.5-b")]
    [Rfc("TURN-8656-18.13-b")]
    public void What_matters_is_passed_on_as_a_Data_indication_even_where_a_channel_is_bound(byte type, byte code, uint data, uint told)
    {
        ServerHarness server = new();
        Credentials credentials = server.Allocate();
        server.BindChannel(credentials, 0x4000, "203.0.113.9:5");

        Tell(server, "203.0.113.9:5", type, code, data).Should().Be(DatagramVerdict.Consumed);

        Sent sent = server.Drain().Should().ContainSingle().Which;
        StunReader.TryParse(sent.Bytes, out StunReader indication).Should().Be(StunParseStatus.Ok);
        (indication.Class, indication.Method).Should().Be((StunClass.Indication, StunMethod.Data));
        indication.GetXorAddress(StunAttributeType.XorPeerAddress, out TransportAddress peer);
        peer.Should().Be(TransportAddress.Parse("203.0.113.9:5"));
        indication.TryFind(StunAttributeType.Icmp, out StunAttribute icmp).Should().BeTrue();
        icmp.ReadIcmp(out byte seenType, out byte seenCode, out uint seenData);
        (seenType, seenCode, seenData).Should().Be((type, code, told));
    }

    [Theory]
    [InlineData("203.0.113.9:5", 0, 0)]
    [InlineData("203.0.113.9:5", 8, 0)]
    [InlineData("203.0.113.10:5", 3, 3)]
    [Rfc("TURN-8656-11.5-a")]
    public void Other_types_and_peers_without_permission_are_not(string destination, byte type, byte code)
    {
        ServerHarness server = new();
        server.Permit(server.Allocate(), "203.0.113.9:5");

        Tell(server, destination, type, code, 0).Kind.Should().Be(VerdictKind.Dropped);
        server.Drain().Should().BeEmpty();
    }

    private static DatagramVerdict Tell(ServerHarness server, string destination, byte type, byte code, uint data) =>
        server.Machine.HandleIcmp(server.Now, server.RelaySockets.Keys.Single(), TransportAddress.Parse(destination), type, code, data);
}
