using System.Globalization;
using IceSharp.Protocol;

namespace IceSharp.Protocol.Tests.Values;

public class TransportAddressTests
{
    [Theory]
    [InlineData("192.0.2.1:3478")]
    [InlineData("192.0.2.1:0")]
    [InlineData("192.0.2.1:65535")]
    [InlineData("[2001:db8::1]:3478")]
    [InlineData("[::]:9")]
    [InlineData("[::ffff:192.0.2.1]:1")]
    public void Text_reads_and_prints_alike(string text)
    {
        TransportAddress.TryParse(text, out TransportAddress address).Should().BeTrue();
        address.ToString().Should().Be(text);
        TransportAddress.Parse(text).Should().Be(address);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(":")]
    [InlineData(":3478")]
    [InlineData("192.0.2.1")]
    [InlineData("192.0.2.1:")]
    [InlineData("192.0.2.1:65536")]
    [InlineData("192.0.2.1:-1")]
    [InlineData("192.0.2.1:+1")]
    [InlineData("192.0.2.1: 1")]
    [InlineData("192.0.2.1:1 ")]
    [InlineData("192.0.2.1:\u0661")]
    [InlineData("[192.0.2.1]:3478")]
    [InlineData("2001:db8::1:3478")]
    [InlineData("2001:db8::1")]
    [InlineData("[2001:db8::1]")]
    [InlineData("[2001:db8::1:3478")]
    [InlineData("[fe80::1%eth0]:3478")]
    [InlineData("host.example:3478")]
    [InlineData("[]:1")]
    public void Everything_else_is_refused(string? text)
    {
        TransportAddress.TryParse(text, out TransportAddress address).Should().BeFalse();
        address.Should().Be(default(TransportAddress));
        FluentActions.Invoking(() => TransportAddress.Parse(text!)).Should().Throw<FormatException>();
    }

    [Fact]
    public void Order_is_by_address_then_by_port()
    {
        string[] sorted = ["1.2.3.4:1", "1.2.3.4:65535", "1.2.3.5:0", "[::1]:7"];
        sorted.Reverse().Select(TransportAddress.Parse).Order().Select(a => a.ToString()).Should().Equal(sorted);
        (TransportAddress.Parse(sorted[0]) < TransportAddress.Parse(sorted[1])).Should().BeTrue();
        (TransportAddress.Parse(sorted[3]) > TransportAddress.Parse(sorted[2])).Should().BeTrue();
        (TransportAddress.Parse(sorted[0]) <= TransportAddress.Parse(sorted[0])).Should().BeTrue();
        (TransportAddress.Parse(sorted[0]) >= TransportAddress.Parse(sorted[1])).Should().BeFalse();
    }

    [Fact]
    public void Culture_changes_nothing()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("fa-IR");
            TransportAddress.Parse("192.0.2.1:3478").ToString().Should().Be("192.0.2.1:3478");
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
