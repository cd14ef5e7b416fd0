using IceSharp.Protocol;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Values;

public class IpAddressTests
{
    [Theory]
    [InlineData("192.0.2.10", "192.0.2.10", IpFamily.IPv4)]
    [InlineData("0.0.0.0", "0.0.0.0", IpFamily.IPv4)]
    [InlineData("255.255.255.255", "255.255.255.255", IpFamily.IPv4)]
    [InlineData("::", "::", IpFamily.IPv6)]
    [InlineData("::1", "::1", IpFamily.IPv6)]
    [InlineData("2001:DB8:0:5::A1", "2001:db8:0:5::a1", IpFamily.IPv6)]
    [InlineData("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1", IpFamily.IPv6)]
    [InlineData("::ffff:192.0.2.128", "::ffff:192.0.2.128", IpFamily.IPv6)]
    [InlineData("::FFFF:C000:0280", "::ffff:192.0.2.128", IpFamily.IPv6)]
    [InlineData("64:ff9b::192.0.2.33", "64:ff9b::c000:221", IpFamily.IPv6)]
    [InlineData("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", IpFamily.IPv6)]
    public void Literal_reads_and_prints_in_its_short_form(string text, string printed, IpFamily family)
    {
        IpAddress address = IpAddress.Parse(text);

        address.Family.Should().Be(family);
        address.ToString().Should().Be(printed);
        IpAddress.Parse(printed).Should().Be(address);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("192.0.2.300")]
    [InlineData("192.0.2")]
    [InlineData("192.0.2.1.5")]
    [InlineData("192.0.2.")]
    [InlineData(".192.0.2.1")]
    [InlineData("192..0.1")]
    [InlineData("192.0.2.01")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("2130706433")]
    [InlineData(" 192.0.2.1")]
    [InlineData("192.0.2.1 ")]
    [InlineData("-1.0.0.1")]
    [InlineData("١٩٢.0.2.1")]
    [InlineData("[2001:db8::1]")]
    [InlineData("fe80::1%eth0")]
    [InlineData("fe80::1%1")]
    [InlineData("2001:db8::1::2")]
    [InlineData("2001:db8::12345")]
    [InlineData("1:2:3:4:5:6:7")]
    [InlineData("1:2:3:4:5:6:7:8:9")]
    [InlineData("::ffff:192.0.2.300")]
    [InlineData("::1/64")]
    [InlineData(":")]
    [InlineData("localhost")]
    [Rfc("ICE-8839-5.1-f")]
    public void Everything_else_is_no_literal(string? text)
    {
        IpAddress.TryParse(text, out IpAddress address).Should().BeFalse();
        address.Should().Be(default(IpAddress));
        FluentActions.Invoking(() => IpAddress.Parse(text!)).Should().Throw<FormatException>();
    }

    [Fact]
    public void Bytes_are_in_network_order_both_ways()
    {
        byte[] v6 = [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];
        Span<byte> buffer = stackalloc byte[16];

        IpAddress.FromBytes([192, 0, 2, 10]).Should().Be(IpAddress.Parse("192.0.2.10")).And.Be(IpAddress.FromIPv4(0xC000020A));
        IpAddress.Parse("192.0.2.10").WriteTo(buffer).Should().Be(4);
        buffer[..4].ToArray().Should().Equal(192, 0, 2, 10);
        IpAddress.FromBytes(v6).Should().Be(IpAddress.Parse("2001:db8::1"));
        IpAddress.Parse("2001:db8::1").WriteTo(buffer).Should().Be(16);
        buffer.ToArray().Should().Equal(v6);
        default(IpAddress).WriteTo(buffer).Should().Be(0);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(17)]
    public void Other_numbers_of_bytes_are_the_callers_mistake(int count) =>
        FluentActions.Invoking(() => IpAddress.FromBytes(new byte[count])).Should().Throw<ArgumentException>().WithParameterName("bytes");

    [Theory]
    [InlineData("127.0.0.1", "loopback")]
    [InlineData("127.255.255.255", "loopback")]
    [InlineData("128.0.0.0", "")]
    [InlineData("::1", "loopback")]
    [InlineData("::2", "compatible")]
    [InlineData("0.0.0.0", "unspecified")]
    [InlineData("::", "unspecified")]
    [InlineData("224.0.0.0", "multicast")]
    [InlineData("239.255.255.255", "multicast")]
    [InlineData("223.255.255.255", "")]
    [InlineData("240.0.0.0", "")]
    [InlineData("ff02::fb", "multicast")]
    [InlineData("fe00::1", "")]
    [InlineData("255.255.255.255", "broadcast")]
    [InlineData("169.254.0.0", "link-local")]
    [InlineData("169.254.255.255", "link-local")]
    [InlineData("169.253.255.255", "")]
    [InlineData("169.255.0.0", "")]
    [InlineData("fe80::", "link-local")]
    [InlineData("febf:ffff::1", "link-local")]
    [InlineData("fe7f::1", "")]
    [InlineData("fec0::1", "site-local")]
    [InlineData("feff::1", "site-local")]
    [InlineData("::ffff:192.0.2.1", "mapped")]
    [InlineData("::fffe:192.0.2.1", "")]
    [InlineData("::192.0.2.1", "compatible")]
    [InlineData("2001:db8::1", "")]
    public void Range_of_an_address_is_told_at_its_edges(string text, string expected)
    {
        IpAddress address = IpAddress.Parse(text);
        var ranges = new (string Name, bool IsIn)[]
        {
            ("loopback", address.IsLoopback), ("unspecified", address.IsUnspecified), ("multicast", address.IsMulticast), ("broadcast", address.IsBroadcast),
            ("link-local", address.IsLinkLocal), ("site-local", address.IsSiteLocal), ("mapped", address.IsIPv4Mapped), ("compatible", address.IsIPv4Compatible),
        };

        string.Join(' ', ranges.Where(r => r.IsIn).Select(r => r.Name)).Should().Be(expected);
    }

    [Fact]
    public void Mapped_address_unmaps_and_every_other_stays()
    {
        IpAddress.Parse("::ffff:192.0.2.128").Unmap().Should().Be(IpAddress.Parse("192.0.2.128"));
        IpAddress.Parse("::192.0.2.128").Unmap().Should().Be(IpAddress.Parse("::192.0.2.128"));
        IpAddress.Parse("192.0.2.128").Unmap().Should().Be(IpAddress.Parse("192.0.2.128"));
        IpAddress.Parse("::ffff:192.0.2.128").Should().NotBe(IpAddress.Parse("192.0.2.128"), "equality does not unmap");
    }

    [Fact]
    public void Default_value_is_no_address()
    {
        IpAddress none = default;
        none.Family.Should().Be(IpFamily.None);
        none.ByteCount.Should().Be(0);
        none.ToString().Should().Be("none");
        new[] { none.IsLoopback, none.IsUnspecified, none.IsMulticast, none.IsLinkLocal }.Should().OnlyContain(x => !x);
        none.Should().NotBe(IpAddress.FromIPv4(0)).And.NotBe(IpAddress.FromIPv6(UInt128.Zero));
    }

    [Fact]
    public void Order_is_by_family_then_by_value_without_sign()
    {
        string[] sorted = ["0.0.0.0", "1.2.3.4", "255.255.255.255", "::", "::1", "7fff::", "ff02::1"];
        sorted.Reverse().Select(IpAddress.Parse).Order().Select(a => a.ToString()).Should().Equal(sorted);
        (IpAddress.Parse("1.2.3.4") < IpAddress.Parse("::")).Should().BeTrue();
        (IpAddress.Parse("ff02::1") > IpAddress.Parse("7fff::")).Should().BeTrue();
        (IpAddress.LoopbackV4 <= IpAddress.Parse("127.0.0.1") && IpAddress.LoopbackV6 >= IpAddress.Parse("::1")).Should().BeTrue();
    }
}
