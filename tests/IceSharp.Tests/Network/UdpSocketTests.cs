using System.Net;
using System.Net.Sockets;
using IceSharp.Internal.Network;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;

namespace IceSharp.Tests.Network;

public class UdpSocketTests
{
    private readonly byte[] _buffer = new byte[65_536];

    [Theory]
    [InlineData(false, "127.0.0.1"), InlineData(true, "127.0.0.1"), InlineData(false, "::1"), InlineData(true, "::1")]
    public void Datagrams_come_with_their_source(bool portable, string address)
    {
        using SystemUdpSocket left = Bind(portable, address), right = Bind(portable, address);

        left.TrySend([1, 2, 3], right.LocalAddress).Should().Be(IceSendResult.Sent);

        right.TryReceive(_buffer, out int length, out TransportAddress source).Should().BeTrue();
        length.Should().Be(3);
        source.Should().Be(left.LocalAddress);
        right.TryReceive(_buffer, out _, out _).Should().BeFalse();
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Icmp_error_of_an_earlier_datagram_ends_neither_sending_nor_receiving(bool portable)
    {
        using SystemUdpSocket socket = Bind(portable, "127.0.0.1"), other = Bind(portable, "127.0.0.1");
        TransportAddress gone;
        using (SystemUdpSocket closed = Bind(portable, "127.0.0.1"))
        {
            gone = closed.LocalAddress;
        }

        // Linux reports ICMP errors to unconnected sockets only when asked to.
        socket.Socket.SetRawSocketOption(0, 11, BitConverter.GetBytes(1));
        socket.TrySend([1], gone);
        socket.TrySend([2], other.LocalAddress).Should().Be(IceSendResult.Sent);
        socket.TrySend([1], gone);
        other.TrySend([3], socket.LocalAddress).Should().Be(IceSendResult.Sent);

        other.TryReceive(_buffer, out _, out _).Should().BeTrue();
        _buffer[0].Should().Be(2);
        socket.TryReceive(_buffer, out _, out TransportAddress source).Should().BeTrue();
        source.Should().Be(other.LocalAddress);
        socket.IgnoredErrors.Should().Be(2);
    }

    [Theory, InlineData("127.0.0.1"), InlineData("::1")]
    public void One_call_takes_datagrams_of_all_lengths_with_their_sources_and_leaves_what_has_no_room(string address)
    {
        using SystemUdpSocket left = Bind(portable: false, address), other = Bind(portable: false, address), right = Bind(portable: false, address, receiveBufferBytes: 1 << 20);
        DatagramBatch batch = new();
        int[] lengths = [0, 1, 1_200, 20_000, 65_507 - (address.Contains(':', StringComparison.Ordinal) ? 20 : 0)];

        for (int round = 0; round < 2; round++)
        {
            for (int i = 0; i < DatagramBatch.Capacity + 1; i++)
            {
                byte[] datagram = new byte[lengths[i % lengths.Length]];
                Array.Fill(datagram, (byte)(i + 1));
                (i % 2 == 0 ? left : other).TrySend(datagram, right.LocalAddress).Should().Be(IceSendResult.Sent);
            }

            Take(right, batch).Should().Be(DatagramBatch.Capacity);
            for (int i = 0; i < DatagramBatch.Capacity; i++)
            {
                ReadOnlySpan<byte> datagram = batch.Get(i, out TransportAddress source);
                source.Should().Be((i % 2 == 0 ? left : other).LocalAddress);
                datagram.Length.Should().Be(lengths[i % lengths.Length]);
                datagram.IndexOfAnyExcept((byte)(i + 1)).Should().Be(-1);
            }

            Take(right, batch).Should().Be(1);
            batch.Get(0, out TransportAddress last).Length.Should().Be(lengths[DatagramBatch.Capacity % lengths.Length]);
            last.Should().Be(left.LocalAddress);
            Take(right, batch).Should().Be(0);
        }
    }

    [Fact]
    public void Icmp_errors_do_not_hide_a_batch_and_a_closed_socket_has_none()
    {
        using SystemUdpSocket other = Bind(portable: false, "127.0.0.1");
        SystemUdpSocket socket = Bind(portable: false, "127.0.0.1");
        TransportAddress gone;
        using (SystemUdpSocket closed = Bind(portable: false, "127.0.0.1"))
        {
            gone = closed.LocalAddress;
        }

        DatagramBatch batch = new();
        socket.Socket.SetRawSocketOption(0, 11, BitConverter.GetBytes(1));
        socket.TrySend([1], gone);
        other.TrySend([3], socket.LocalAddress).Should().Be(IceSendResult.Sent);

        Take(socket, batch).Should().Be(1);
        batch.Get(0, out _).ToArray().Should().Equal(3);
        socket.IgnoredErrors.Should().Be(1);
        socket.Dispose();
        Take(socket, batch).Should().Be(0);
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Refusals_of_the_system_are_told_apart(bool portable)
    {
        SystemUdpSocket socket = Bind(portable, "127.0.0.1");

        socket.TrySend(new byte[65_508], socket.LocalAddress).Should().Be(IceSendResult.TooLong);
        socket.TrySend([1], TransportAddress.Parse("[::1]:9")).Should().Be(IceSendResult.Unreachable);
        socket.Dispose();
        socket.TrySend([1], socket.LocalAddress).Should().Be(IceSendResult.Closed);
        socket.TryReceive(_buffer, out _, out _).Should().BeFalse();
    }

    [Fact]
    public void Mapped_source_is_unmapped()
    {
        Span<byte> name = stackalloc byte[LinuxSocketAddress.MaxBytes];
        int length = LinuxSocketAddress.Write(name, TransportAddress.Parse("[::ffff:192.0.2.1]:5000"), 0);

        LinuxSocketAddress.Read(name[..length]).Should().Be(TransportAddress.Parse("192.0.2.1:5000"));
    }

    [Fact]
    public void Address_bytes_are_the_frameworks()
    {
        Span<byte> name = stackalloc byte[LinuxSocketAddress.MaxBytes];
        foreach (string text in new[] { "192.0.2.1:5000", "[2001:db8::1]:443" })
        {
            int length = LinuxSocketAddress.Write(name, TransportAddress.Parse(text), 0);

            name[..length].ToArray().Should().Equal(IPEndPoint.Parse(text).Serialize().Buffer[..length].ToArray());
            LinuxSocketAddress.Read(name[..length]).Should().Be(TransportAddress.Parse(text));
        }

        LinuxSocketAddress.Read(name[..3]).Should().Be(default(TransportAddress));
    }

    [Fact]
    public async Task Writable_socket_completes_the_wait_at_once()
    {
        using SystemUdpSocket socket = Bind(portable: false, "127.0.0.1");

        await socket.WaitWritableAsync(default).AsTask().WaitAsync(TestAgents.Patience);
    }

    [Fact]
    public void Interfaces_include_loopback_with_its_prefix()
    {
        LocalInterfaceAddress loopback = InterfaceLister.List().Should().ContainSingle(a => a.Address == IpAddress.LoopbackV4).Subject;

        loopback.IsLoopback.Should().BeTrue();
        loopback.PrefixLength.Should().Be(8);
    }

    // Where there is no native path the loop reads one at a time.
    private static int Take(SystemUdpSocket socket, DatagramBatch batch) => socket.Should().BeOfType<NativeUdpSocket>("this is Linux").Subject.Receive(batch);

    private static SystemUdpSocket Bind(bool portable, string address, int receiveBufferBytes = 65_536) =>
        new SystemNetwork(portable, receiveBufferBytes, 65_536).Bind(new LocalInterfaceAddress("lo", IpAddress.Parse(address)), 0);
}
