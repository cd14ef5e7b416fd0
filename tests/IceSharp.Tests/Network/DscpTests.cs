using System.Net.Sockets;
using IceSharp.Internal.Network;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.TestMarks;

namespace IceSharp.Tests.Network;

/// <summary>Differentiated services: one mark on everything a component sends.</summary>
public class DscpTests
{
    private const int Voice = 46;

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void System_takes_the_mark_of_a_socket(bool ipv6, bool portable)
    {
        IpAddress address = ipv6 ? IpAddress.LoopbackV6 : IpAddress.LoopbackV4;
        using SystemUdpSocket socket = new SystemNetwork(portable, 0, 0).Bind(new LocalInterfaceAddress("lo", address), 0);

        socket.TrySetDscp(Voice).Should().BeTrue();

        int octet = ipv6 ? ReadTrafficClass(socket.Socket) : (int)socket.Socket.GetSocketOption(SocketOptionLevel.IP, SocketOptionName.TypeOfService)!;
        octet.Should().Be(Voice << 2);
        socket.Dispose();
        socket.TrySetDscp(Voice).Should().BeFalse("it is closed");
    }

    [Fact]
    [Rfc("ICE-8445-7.2.3-a")]
    [Rfc("ICE-8445-7.3-i")]
    public async Task Checks_their_answers_and_data_carry_the_mark_of_the_connection()
    {
        var network = new MemoryNetwork();
        await using var left = new IceAgent(TestAgents.Options() with { Network = network });
        await using var right = new IceAgent(TestAgents.Options() with { Network = network });
        left.AddDataStream("audio").Rtp.Connection.Dscp = Voice;
        (IceConnection one, IceConnection other) = await TestAgents.ConnectAsync(left, right);
        await one.SendAsync(new byte[] { 0x80, 1 });
        await TestAgents.ReceiveAsync(other);

        TransportAddress mine = one.SelectedPair!.Local.Address;
        (int Dscp, byte First, byte Second)[] sent = [.. network.Sent.Where(s => s.Source == mine).Select(s => (s.Dscp, s.Bytes[0], s.Bytes[1]))];
        sent.Should().OnlyContain(s => s.Dscp == Voice);
        sent.Should().Contain(s => s.First == 0x00 && s.Second == 0x01, "a check")
            .And.Contain(s => s.First == 0x01 && s.Second == 0x01, "the answer to one")
            .And.Contain(s => s.First == 0x80, "data");
        network.Sent.Where(s => s.Source != mine).Should().OnlyContain(s => s.Dscp == 0, "the other agent has no mark");

        one.Dscp = 10;
        await left.GetStatisticsAsync(); // the loop has done what was posted before
        await one.SendAsync(new byte[] { 0x80, 2 });
        network.Sent.Last(s => s.Bytes[0] == 0x80).Dscp.Should().Be(10);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(64)]
    public async Task Value_outside_six_bits_is_refused(int dscp)
    {
        await using IceAgent agent = TestAgents.Create();
        IceConnection connection = agent.AddDataStream("audio").Rtp.Connection;

        FluentActions.Invoking(() => connection.Dscp = dscp).Should().Throw<ArgumentOutOfRangeException>().WithMessage($"*{dscp}*");
        connection.Dscp.Should().Be(0);
    }

    private static int ReadTrafficClass(Socket socket)
    {
        byte[] value = new byte[4];
        socket.GetRawSocketOption(41, 67, value);
        return BitConverter.ToInt32(value);
    }
}
