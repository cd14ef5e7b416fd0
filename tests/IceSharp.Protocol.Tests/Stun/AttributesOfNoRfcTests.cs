using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Printing;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Stun;

/// <summary>Attributes that browsers send and no RFC describes, those without a meaning, and the padding of behaviour discovery.</summary>
public sealed class AttributesOfNoRfcTests
{
    private delegate void Attributes(ref StunWriter writer);

    [Fact]
    [Rfc("ICE-webrtc-stun-a")]
    public void Network_info_holds_the_ID_above_and_the_cost_below()
    {
        byte[] message = Write((ref StunWriter w) => w.AddNetworkInfo(networkId: 3, networkCost: 10));

        Hex(message).Should().Be("c05700040003000a");
        StunReader.TryParse(message, out StunReader reader);
        reader.TryFind(StunAttributeType.GoogNetworkInfo, out StunAttribute attribute).Should().BeTrue();
        attribute.ReadNetworkInfo(out ushort network, out ushort cost).Should().Be(StunAttributeStatus.Ok);
        (network, cost).Should().Be((3, 10));
        attribute.IsComprehensionRequired.Should().BeFalse();
    }

    [Fact]
    public void A_nomination_has_24_bits()
    {
        byte[] message = Write((ref StunWriter w) => w.AddNomination(0x010203));
        Hex(message).Should().Be("c001000400010203");
        message[24] = 0xFF;

        StunReader.TryParse(message, out StunReader reader);
        reader.TryFind(StunAttributeType.Nomination, out StunAttribute attribute).Should().BeTrue();

        attribute.ReadNomination(out uint value).Should().Be(StunAttributeStatus.Ok);
        value.Should().Be(0x010203u, "the upper 8 bits of the field are no part of the value");
    }

    [Fact]
    public void Misc_info_is_a_list_of_16_bit_numbers()
    {
        byte[] message = Write((ref StunWriter w) => w.AddUInt16List(StunAttributeType.GoogMiscInfo, [1, 0xABCD, 3]));

        Hex(message).Should().Be("c05900060001abcd00030000");
        StunReader.TryParse(message, out StunReader reader);
        reader.TryFind(StunAttributeType.GoogMiscInfo, out StunAttribute attribute).Should().BeTrue();
        ushort[] two = new ushort[2];
        attribute.ReadUInt16List(two, out int count).Should().Be(StunAttributeStatus.Ok);
        count.Should().Be(3);
        two.Should().Equal((ushort)1, (ushort)0xABCD);
    }

    [Theory]
    [InlineData(StunAttributeType.GoogNetworkInfo, 3)]
    [InlineData(StunAttributeType.Nomination, 8)]
    [InlineData(StunAttributeType.GoogMiscInfo, 3)]
    public void Another_length_is_unusable(StunAttributeType type, int length)
    {
        StunReader.TryParse(Write((ref StunWriter w) => w.AddBytes(type, new byte[length])), out StunReader reader);
        reader.TryFind(type, out StunAttribute attribute).Should().BeTrue();

        (type switch
        {
            StunAttributeType.GoogNetworkInfo => attribute.ReadNetworkInfo(out _, out _),
            StunAttributeType.Nomination => attribute.ReadNomination(out _),
            _ => attribute.ReadUInt16List([], out _),
        }).Should().Be(StunAttributeStatus.BadLength);
    }

    [Fact]
    public void What_the_fields_cannot_hold_is_not_written()
    {
        FluentActions.Invoking(() => Write((ref StunWriter w) => w.AddNomination(0x1000000))).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => Write((ref StunWriter w) => w.AddNetworkInfo(1, 1000))).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    [Rfc("NAT-5780-7.6-a")]
    public void Padding_never_makes_an_IP_packet_longer_than_64_KiB()
    {
        byte[] buffer = new byte[70_000];
        int most = 65535 - 40 - 8 - 20 - 4;

        FluentActions.Invoking(() => new StunWriter(buffer, StunMethod.Binding, StunClass.Request, default).AddPadding(most + 1))
            .Should().Throw<ArgumentOutOfRangeException>().Which.ActualValue.Should().Be(most + 1);

        buffer.AsSpan().Fill(0xEE);
        var writer = new StunWriter(buffer, StunMethod.Binding, StunClass.Request, default);
        writer.AddPadding(1500);
        writer.Length.Should().Be(20 + 4 + 1500);
        buffer.AsSpan(24, 1500).ContainsAnyExcept((byte)0).Should().BeFalse();
        StunReader.TryParse(writer.Written, out StunReader reader).Should().Be(StunParseStatus.Ok);
        reader.GetBytes(StunAttributeType.Padding, out ReadOnlySpan<byte> padding).Should().Be(StunAttributeStatus.Ok);
        padding.Overlaps(buffer).Should().BeTrue("a receiver looks at padding where it lies and copies nothing");
    }

    [Fact]
    [Rfc("ICE-webrtc-stun-b")]
    public void All_of_them_can_be_skipped()
    {
        foreach (StunAttributeType type in Enum.GetValues<StunAttributeType>().Where(t => t >= StunAttributeType.Nomination))
        {
            StunReader.TryParse(Write((ref StunWriter w) => w.AddBytes(type, [1, 2, 3, 4])), out StunReader reader);
            StunComprehension.HasUnknown(reader).Should().BeFalse();
        }
    }

    [Fact]
    public void Every_type_that_is_known_has_a_name_in_print()
    {
        ushort[] reserved = [0x0002, 0x0004, 0x0005, 0x0007, 0x000B, 0x0010, 0x0021];
        IEnumerable<StunAttributeType> types = Enum.GetValues<StunAttributeType>().Concat(reserved.Select(r => (StunAttributeType)r)).Where(t => t != StunAttributeType.None);

        string[] names = [.. types.Select(t => StunMessagePrinter.Print(Write((ref StunWriter w) => w.AddBytes(t, [1, 2, 3, 4]))).Split('\n')[1].Trim())];

        names.Should().NotContain(n => n.StartsWith("0x", StringComparison.Ordinal));
        names.Select(n => n[..n.LastIndexOf(" (4)", StringComparison.Ordinal)]).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void They_print_what_they_mean() =>
        StunMessagePrinter.Print(Write((ref StunWriter w) =>
        {
            w.AddNomination(7);
            w.AddNetworkInfo(2, 900);
            w.AddUInt32(StunAttributeType.RetransmitCount, 3);
            w.AddBytes((StunAttributeType)0x0007, "sesame"u8);
            w.AddUInt32(StunAttributeType.GoogMessageIntegrity32, 0x11223344);
        })).Split('\n')[1..].Select(l => l.Trim()).Should().Equal(
            "nomination (4): 7",
            "GOOG-NETWORK-INFO (4): network 2, cost 900",
            "retransmit count (4): 3",
            "PASSWORD (reserved) (6): not shown",
            "GOOG-MESSAGE-INTEGRITY-32 (4): not shown");

    private static byte[] Write(Attributes attributes)
    {
        var writer = new StunWriter(new byte[200], StunMethod.Binding, StunClass.Request, new StunTransactionId(1, 2));
        attributes(ref writer);
        return writer.Written.ToArray();
    }

    private static string Hex(byte[] message) => Convert.ToHexStringLower(message.AsSpan(20));
}
