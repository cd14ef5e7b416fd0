using System.Text;
using FsCheck;
using FsCheck.Fluent;
using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Printing;

namespace IceSharp.Protocol.Tests.Printing;

public sealed class StunMessagePrinterTests
{
    private static readonly StunPrintOptions WithUsers = new() { ShowUsers = true };

    private delegate void Attributes(ref StunWriter writer);

    [Fact]
    public void A_challenge_reads_like_this() => Print(Vector("int-13")).Should().Be(
        """
        Allocate error response, 132 bytes, transaction 6500ae07c45a96a1ef6bd2bb
          ERROR-CODE (19): 401 "Unauthenticated"
          REALM (11): "example.org"
          NONCE (32): "obMatJos2gAAAadl7W7PeDU4hKE72jda", password algorithms
          PASSWORD-ALGORITHMS (8): SHA-256, MD5
          SOFTWARE (10): "test relay"
          FINGERPRINT (4): 29929f09 (Ok)
        """.ReplaceLineEndings("\n"));

    [Fact]
    public void An_authenticated_request_hides_its_user_and_cuts_its_integrity()
    {
        byte[] request = Vector("int-14");
        string text = Print(request);

        text.Should().Contain("USERNAME (6): hidden").And.NotContain("George");
        string mac = Convert.ToHexStringLower(request.AsSpan(request.Length - 32));
        text.Should().Contain($"MESSAGE-INTEGRITY-SHA256 (32): {mac[..8]}...").And.NotContain(mac[..10]);
        Print(request, WithUsers).Should().Contain("USERNAME (6): \"George\"");
        Print(Vector("int-16")).Should().Contain("USERHASH (32): hidden");
    }

    [Fact]
    public void Addresses_numbers_and_flags_are_decoded()
    {
        string text = Print(Message(StunClass.SuccessResponse, (ref StunWriter w) =>
        {
            w.AddXorAddress(StunAttributeType.XorMappedAddress, TransportAddress.Parse("192.0.2.1:32853"));
            w.AddXorAddress(StunAttributeType.XorRelayedAddress, TransportAddress.Parse("[2001:db8::1]:9"));
            w.AddAddress(StunAttributeType.OtherAddress, TransportAddress.Parse("192.0.2.2:3479"));
            w.AddUInt32(StunAttributeType.Lifetime, 600);
            w.AddUInt32(StunAttributeType.Priority, 1845494271);
            w.AddUInt64(StunAttributeType.IceControlling, 0x932FF9B151263B36);
            w.AddUInt16(StunAttributeType.ChannelNumber, 0x4000);
            w.AddByte(StunAttributeType.RequestedTransport, 17);
            w.AddByte(StunAttributeType.RequestedAddressFamily, 2);
            w.AddByte(StunAttributeType.AdditionalAddressFamily, 9);
            w.AddEvenPort(reserveNext: true);
            w.AddChangeRequest(changeIp: true, changePort: false);
            w.AddIcmp(3, 4, 1280);
            w.AddFlag(StunAttributeType.UseCandidate);
            w.AddAddressErrorCode(IpFamily.IPv6, 440, "no");
            w.AddUnknownAttributes([StunAttributeType.DontFragment, (StunAttributeType)0x7F00]);
            w.AddPasswordAlgorithm(StunPasswordAlgorithm.Md5);
        }));

        text.Split('\n')[1..].Select(l => l.Trim()).Should().Equal(
            "XOR-MAPPED-ADDRESS (8): 192.0.2.1:32853",
            "XOR-RELAYED-ADDRESS (20): [2001:db8::1]:9",
            "OTHER-ADDRESS (8): 192.0.2.2:3479",
            "LIFETIME (4): 600 s",
            "PRIORITY (4): 1845494271",
            "ICE-CONTROLLING (8): 0x932ff9b151263b36",
            "CHANNEL-NUMBER (4): 0x4000",
            "REQUESTED-TRANSPORT (4): 17, UDP",
            "REQUESTED-ADDRESS-FAMILY (4): IPv6",
            "ADDITIONAL-ADDRESS-FAMILY (4): 0x09",
            "EVEN-PORT (1): and the next one reserved",
            "CHANGE-REQUEST (4): address",
            "ICMP (8): type 3, code 4, data 1280",
            "USE-CANDIDATE (0): set",
            "ADDRESS-ERROR-CODE (6): IPv6 440 \"no\"",
            "UNKNOWN-ATTRIBUTES (4): DONT-FRAGMENT, 0x7F00",
            "PASSWORD-ALGORITHM (4): MD5");
    }

    [Theory]
    [InlineData(StunAttributeType.AccessToken)]
    [InlineData(StunAttributeType.MobilityTicket)]
    [InlineData(StunAttributeType.ReservationToken)]
    [InlineData(StunAttributeType.Data)]
    [InlineData(StunAttributeType.Padding)]
    public void Tokens_and_data_show_only_their_length_whatever_is_asked_for(StunAttributeType type) =>
        Print(Message(StunClass.Request, (ref StunWriter w) => w.AddBytes(type, "sesame!!"u8)), WithUsers)
            .Should().EndWith("(8): not shown").And.NotContain("sesame").And.NotContain(Convert.ToHexStringLower("sesame!!"u8)[..4]);

    [Fact]
    public void Unknown_attributes_show_their_number_and_first_bytes()
    {
        string text = Print(Message(StunClass.Request, (ref StunWriter w) =>
        {
            w.AddBytes((StunAttributeType)0x7F00, [1, 2, 3]);
            w.AddBytes((StunAttributeType)0xC0FE, new byte[1000]);
        }));

        text.Should().Contain("0x7F00 (3): unknown, required: 010203").And.EndWith($"0xC0FE (1000): unknown: {new string('0', 32)}...");
    }

    [Fact]
    public void Text_of_the_network_cannot_fake_a_line_or_hide()
    {
        string text = Print(Message(StunClass.Request, (ref StunWriter w) =>
            w.AddBytes(StunAttributeType.Software, Encoding.UTF8.GetBytes("a\"\n  LIFETIME (4): 1 s\u001B[31m\u202Eb\\\u2028é"))));

        text.Split('\n').Should().HaveCount(2);
        text.Should().EndWith("""
            "a\"\u{a}  LIFETIME (4): 1 s\u{1b}[31m\u{202e}b\\\u{2028}é"
            """);
    }

    [Fact]
    public void Long_text_is_cut()
    {
        string text = Print(Message(StunClass.Request, (ref StunWriter w) => w.AddBytes(StunAttributeType.Realm, Encoding.UTF8.GetBytes(new string('x', 763)))));

        text.Should().EndWith("x\"...");
        text.Length.Should().BeLessThan(300);
    }

    [Fact]
    public void Malformed_values_say_what_is_wrong() =>
        Print(Message(StunClass.Request, (ref StunWriter w) =>
        {
            w.AddBytes(StunAttributeType.Lifetime, [1]);
            w.AddBytes(StunAttributeType.Realm, [0xFF]);
        })).Should().Contain("LIFETIME (1): malformed (BadLength)").And.Contain("REALM (1): malformed (BadUtf8)");

    [Fact]
    public void Attributes_behind_integrity_are_named_and_ignored() =>
        Print(Vector("int-11")).Should().MatchRegex(@"MESSAGE-INTEGRITY \(20\): [0-9a-f]{8}\.\.\.\n  \S+ \(\d+\): ignored, behind MESSAGE-INTEGRITY\n  FINGERPRINT \(4\): [0-9a-f]{8} \(Ok\)$");

    [Fact]
    public void The_output_is_bounded_by_the_number_of_attributes()
    {
        byte[] flood = new byte[20 + (4 * 10_000)];
        new byte[] { 0, 1, 0x9C, 0x40, 0x21, 0x12, 0xA4, 0x42 }.CopyTo(flood, 0);
        string text = Print(flood);

        text.Split('\n').Should().HaveCount(66);
        text.Should().EndWith("... 9936 more attributes");
        FluentActions.Invoking(() => new StunPrintOptions { MaxAttributes = 1001 }).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void What_is_no_STUN_message_says_why()
    {
        Print([]).Should().Be("not a STUN message (TooShort), 0 bytes: ");
        Print(new byte[30]).Should().Be("not a STUN message (BadCookie), 30 bytes: 0000000000000000...");
    }

    [Fact]
    public void Every_attribute_type_has_its_name()
    {
        foreach (StunAttributeType type in Enum.GetValues<StunAttributeType>().Where(t => t != StunAttributeType.None))
        {
            StunNames.Of(type).Should().NotStartWith("0x", $"{type} has a name");
        }
    }

    [Fact]
    public void All_vectors_print_without_secrets_of_their_integrity()
    {
        foreach ((string id, System.Text.Json.JsonElement vector) in VectorFile.ById("integrity.json", "messages"))
        {
            byte[] bytes = vector.Bytes("hex");
            Print(bytes).Should().NotContain("malformed", $"{id} is well formed").And.NotContain("unknown, required", id);
        }
    }

    [Fact]
    public void Any_bytes_print_within_the_bound_and_never_throw() =>
        Prop.ForAll(Gen.ArrayOf(Gen.Zip(Gen.OneOf(Gen.Elements(Enum.GetValues<StunAttributeType>()).Select(t => (int)t), Gen.Choose(0, 0xFFFF)), Gen.ArrayOf(Gen.Choose(0, 255)))).ToArbitrary(), attributes =>
        {
            byte[] buffer = new byte[60_000];
            int length = 20;
            foreach ((int type, int[] value) in attributes)
            {
                byte[] bytes = [(byte)(type >> 8), (byte)type, (byte)(value.Length >> 8), (byte)value.Length, .. value.Select(v => (byte)v), .. new byte[(4 - (value.Length & 3)) & 3]];
                bytes.CopyTo(buffer, length);
                length += bytes.Length;
            }

            new byte[] { 1, 1, (byte)((length - 20) >> 8), (byte)(length - 20), 0x21, 0x12, 0xA4, 0x42 }.CopyTo(buffer, 0);
            string text = Print(buffer[..length], WithUsers);
            return !text.StartsWith("not", StringComparison.Ordinal)
                && text.Length <= 300 * (attributes.Length + 1)
                && text.Split('\n').Length == Math.Min(attributes.Length, 64) + (attributes.Length > 64 ? 2 : 1);
        }).QuickCheckThrowOnFailure();

    private static string Print(byte[] datagram, StunPrintOptions? options = null) => StunMessagePrinter.Print(datagram, options);

    private static byte[] Message(StunClass @class, Attributes attributes)
    {
        var writer = new StunWriter(new byte[2000], StunMethod.Binding, @class, new StunTransactionId(1, 2));
        attributes(ref writer);
        return writer.Written.ToArray();
    }

    private static byte[] Vector(string id) => VectorFile.ById("integrity.json", "messages")[id].Bytes("hex");
}
