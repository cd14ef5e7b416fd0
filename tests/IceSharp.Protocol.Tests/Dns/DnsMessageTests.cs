using IceSharp.Protocol.Dns;
using IceSharp.TestDns;

namespace IceSharp.Protocol.Tests.Dns;

public class DnsMessageTests
{
    private const ushort Id = 0xBEEF;

    [Fact]
    public void Query_has_the_bytes_of_the_standards()
    {
        byte[] buffer = new byte[DnsMessage.MaxQueryBytes];

        int length = DnsMessage.WriteQuery(buffer, 0x1234, new DnsQuestion("_stun._udp.example.org", DnsRecordType.Srv), edns: true);

        // Header: ID, RD, one question, one additional record. Question: labels, SRV, IN. OPT: root, 41, 1232 bytes, nothing else.
        Convert.ToHexString(buffer, 0, length).Should().Be(
            "12340100" + "00010000" + "00000001"
            + "055F7374756E" + "045F756470" + "076578616D706C65" + "036F7267" + "00" + "0021" + "0001"
            + "00" + "0029" + "04D0" + "00000000" + "0000");
    }

    [Fact]
    public void Query_without_edns_has_no_additional_record()
    {
        byte[] buffer = new byte[DnsMessage.MaxQueryBytes];

        int length = DnsMessage.WriteQuery(buffer, 0x1234, new DnsQuestion("a.example.", DnsRecordType.Aaaa), edns: false);

        Convert.ToHexString(buffer, 0, length).Should().Be("12340100" + "00010000" + "00000000" + "0161" + "076578616D706C65" + "00" + "001C" + "0001");
    }

    [Fact]
    public void Longest_name_fits_into_the_promised_buffer()
    {
        string label = new('x', 63);
        string name = $"{label}.{label}.{label}.{new string('x', 61)}";
        byte[] buffer = new byte[DnsMessage.MaxQueryBytes];

        DnsMessage.WriteQuery(buffer, Id, new DnsQuestion(name, DnsRecordType.A), edns: true).Should().Be(DnsMessage.MaxQueryBytes);

        FluentActions.Invoking(() => new DnsQuestion(name + "x", DnsRecordType.A)).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => DnsMessage.WriteQuery(new byte[DnsMessage.MaxQueryBytes - 1], Id, new DnsQuestion("a", DnsRecordType.A), edns: true))
            .Should().Throw<ArgumentException>();
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("a..b")]
    [InlineData(".a")]
    [InlineData("b\u00fccher.example")]
    [InlineData("a b.example")]
    [InlineData("a\\.b.example")]
    [InlineData("a\0b.example")]
    [InlineData("aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg.example")]
    public void Name_that_cannot_be_asked_for_is_refused(string name) =>
        FluentActions.Invoking(() => new DnsQuestion(name, DnsRecordType.A)).Should().Throw<ArgumentException>().WithParameterName(nameof(name));

    [Fact]
    public void Records_of_each_type_are_read()
    {
        Read(DnsRecordType.A, b => b.Address("", "192.0.2.1").Address("", "192.0.2.2")).Addresses
            .Should().Equal(IpAddress.Parse("192.0.2.1"), IpAddress.Parse("192.0.2.2"));
        Read(DnsRecordType.Aaaa, b => b.Address("", "2001:db8::1")).Addresses.Should().Equal(IpAddress.Parse("2001:db8::1"));
        Read(DnsRecordType.Srv, b => b.Service("", 10, 60, 3478, "a.example.org")).Services.Should().Equal(new SrvRecord(10, 60, 3478, "a.example.org"));
        Read(DnsRecordType.Srv, b => b.Service("", 0, 0, 0, ".")).Services.Should().Equal(new SrvRecord(0, 0, 0, "."));
        Read(DnsRecordType.Naptr, b => b.Rule("", 100, 10, "S", "RELAY:turn.udp", "", "_turn._udp.example.org")).Rules
            .Should().Equal(new NaptrRecord(100, 10, "S", "RELAY:turn.udp", "", "_turn._udp.example.org"));
    }

    [Fact]
    public void Compressed_name_inside_a_record_is_read()
    {
        // Target: "a" and a pointer to the question's name.
        DnsAnswer answer = Read(DnsRecordType.Srv, b => b.Record("", DnsResponseBuilder.Srv, [0, 1, 0, 2, 0x0D, 0x96, 1, (byte)'a', 0xC0, 12]));

        answer.Services.Should().Equal(new SrvRecord(1, 2, 3478, "a.example.org"));
    }

    [Fact]
    public void Aliases_are_followed_to_the_records()
    {
        DnsAnswer answer = Read(DnsRecordType.A, b => b
            .Address("c.example", "192.0.2.3")
            .Alias("b.example", "C.example")
            .Alias("example.org", "b.example")
            .Address("other.example", "192.0.2.99"));

        answer.Addresses.Should().Equal(IpAddress.Parse("192.0.2.3"));
    }

    [Fact]
    public void Aliases_in_a_circle_lead_to_nothing() =>
        Read(DnsRecordType.A, b => b.Alias("example.org", "b.example").Alias("b.example", "example.org")).Addresses.Should().BeEmpty();

    [Fact]
    public void Records_of_other_names_types_and_classes_are_ignored()
    {
        byte[] chaos = Response(DnsRecordType.A, b => b.Address("", "192.0.2.66"));
        chaos[^13] = 3;

        Parse(chaos, DnsRecordType.A).Answer.Addresses.Should().BeEmpty();
        Read(DnsRecordType.A, b => b.Address("evil.example", "192.0.2.66").Record("", 46, [1, 2, 3]).Address("", "2001:db8::1")).Addresses.Should().BeEmpty();
    }

    [Fact]
    public void Name_is_compared_without_case() =>
        Read(DnsRecordType.A, b => b.Address("EXAMPLE.Org", "192.0.2.1")).Addresses.Should().HaveCount(1);

    [Fact]
    public void Time_to_live_is_the_least_on_the_way()
    {
        Read(DnsRecordType.A, b => b.Record("", 1, [192, 0, 2, 1], 600).Record("", 1, [192, 0, 2, 2], 60)).TimeToLive.Should().Be(TimeSpan.FromSeconds(60));
        Read(DnsRecordType.A, b => b.Record("", 5, DnsResponseBuilder.Name("b.example"), 5).Record("b.example", 1, [192, 0, 2, 1], 600)).TimeToLive
            .Should().Be(TimeSpan.FromSeconds(5));
        Read(DnsRecordType.A, b => b.Record("", 1, [192, 0, 2, 1], 0x80000000)).TimeToLive.Should().Be(TimeSpan.Zero);
    }

    [Fact]
    public void Bytes_that_mislead_in_text_are_escaped() =>
        Read(DnsRecordType.Srv, b => b.Record("", DnsResponseBuilder.Srv, [0, 1, 0, 2, 0, 3, 4, (byte)'a', (byte)'.', 0, 0xFF, 0])).Services[0].Target
            .Should().Be(@"a\.\000\255");

    [Fact]
    public void Rule_with_other_characters_is_left_out_and_the_rest_is_read() =>
        Read(DnsRecordType.Naptr, b => b.Rule("", 1, 1, "U", "E2U+x", "!^.*$!\u00e9!", ".").Rule("", 2, 1, "A", "RELAY:turn.udp", "", "a.example"))
            .Rules.Should().ContainSingle().Which.Replacement.Should().Be("a.example");

    [Theory]
    [InlineData("other ID")]
    [InlineData("query")]
    [InlineData("other opcode")]
    [InlineData("other name")]
    [InlineData("other type")]
    [InlineData("other class")]
    [InlineData("no question")]
    [InlineData("two questions")]
    [InlineData("short")]
    public void Message_that_answers_something_else_is_unrelated(string difference)
    {
        byte[] message = Response(DnsRecordType.A, b => b.Address("", "192.0.2.1"));
        const int QuestionEnd = 12 + 13 + 4;
        switch (difference)
        {
            case "other ID": message[1] ^= 1; break;
            case "query": message[2] &= 0x7F; break;
            case "other opcode": message[2] |= 0x10; break;
            case "other name": message[13] ^= 3; break;
            case "other type": message[QuestionEnd - 3] = 28; break;
            case "other class": message[QuestionEnd - 1] = 3; break;
            case "no question": message[5] = 0; break;
            case "two questions": message[5] = 2; break;
            default: message = message[..11]; break;
        }

        DnsMessage.ReadResponse(message, Id, Question(DnsRecordType.A), out DnsResponse? response).Should().Be(DnsParseStatus.Unrelated);
        response.Should().BeNull();
    }

    [Fact]
    public void Error_may_come_without_the_question()
    {
        byte[] message = [0xBE, 0xEF, 0x81, 0x81, 0, 0, 0, 0, 0, 0, 0, 0];

        Parse(message, DnsRecordType.A).Code.Should().Be(DnsResponseCode.FormatError);
    }

    [Fact]
    public void Name_that_does_not_exist_is_told()
    {
        DnsResponse response = Parse(Response(DnsRecordType.A, b => b, 0x8183), DnsRecordType.A);

        response.Code.Should().Be(DnsResponseCode.NameError);
        response.Answer.Addresses.Should().BeEmpty();
    }

    [Fact]
    public void Truncated_message_is_told_and_its_records_are_not_used()
    {
        DnsResponse response = Parse(Response(DnsRecordType.A, b => b.Address("", "192.0.2.1"), 0x8380)[..^2], DnsRecordType.A);

        response.IsTruncated.Should().BeTrue();
        response.Answer.Addresses.Should().BeEmpty();
    }

    [Theory]
    [InlineData("a pointer to itself")]
    [InlineData("a pointer forwards")]
    [InlineData("two pointers at each other")]
    [InlineData("a reserved label type")]
    [InlineData("a label beyond the end")]
    [InlineData("data beyond the end")]
    [InlineData("an address of three bytes")]
    [InlineData("a target that ends early")]
    [InlineData("a target that ends late")]
    [InlineData("fewer records than promised")]
    [InlineData("a text beyond the record")]
    [InlineData("a name of more than 255 bytes")]
    public void Malformed_records_are_refused(string fault)
    {
        byte[] longLabels = [.. Enumerable.Repeat<byte[]>([63, .. new byte[63]], 4).SelectMany(l => l), 0];
        (DnsRecordType type, byte[] message) = fault switch
        {
            "a pointer to itself" => (DnsRecordType.A, Response(DnsRecordType.A, b => b.Put16(6, 1).Raw(0xC0, 29, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 1, 2, 3, 4))),
            "a pointer forwards" => (DnsRecordType.A, Response(DnsRecordType.A, b => b.Put16(6, 1).Raw(0xC0, 40, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 1, 2, 3, 0))),
            "two pointers at each other" => (DnsRecordType.Srv, Response(DnsRecordType.Srv, b => b.Record("", 33, [0, 0, 0, 0, 0, 1, 0xC0, 49, 0xC0, 47]))),
            "a reserved label type" => (DnsRecordType.A, Response(DnsRecordType.A, b => b.Put16(6, 1).Raw(0x80, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 1, 2, 3, 4))),
            "a label beyond the end" => (DnsRecordType.A, Response(DnsRecordType.A, b => b.Put16(6, 1).Raw(60, (byte)'a'))),
            "data beyond the end" => (DnsRecordType.A, Response(DnsRecordType.A, b => b.Put16(6, 1).Raw(0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 5, 1, 2, 3, 4))),
            "an address of three bytes" => (DnsRecordType.A, Response(DnsRecordType.A, b => b.Record("", 1, [1, 2, 3]))),
            "a target that ends early" => (DnsRecordType.Srv, Response(DnsRecordType.Srv, b => b.Record("", 33, [0, 0, 0, 0, 0, 1, 1, (byte)'a', 0, 9]))),
            "a target that ends late" => (DnsRecordType.Srv, Response(DnsRecordType.Srv, b => b.Record("", 33, [0, 0, 0, 0, 0, 1, 1, (byte)'a']).Raw(0, 0, 0))),
            "fewer records than promised" => (DnsRecordType.A, Response(DnsRecordType.A, b => b.Address("", "192.0.2.1").Put16(6, 2))),
            "a text beyond the record" => (DnsRecordType.Naptr, Response(DnsRecordType.Naptr, b => b.Record("", 35, [0, 1, 0, 1, 200, (byte)'S']).Raw(new byte[300]))),
            _ => (DnsRecordType.Srv, Response(DnsRecordType.Srv, b => b.Record("", 33, [0, 0, 0, 0, 0, 1, .. longLabels]))),
        };

        DnsMessage.ReadResponse(message, Id, Question(type), out _).Should().Be(DnsParseStatus.Malformed);
    }

    [Fact]
    public void Answer_keeps_a_bounded_number_of_records() =>
        Read(DnsRecordType.A, b =>
        {
            for (int i = 0; i < 1000; i++)
            {
                b.Address("", "192.0.2.1");
            }

            return b;
        }).Addresses.Should().HaveCount(64);

    [Fact]
    public void Cut_or_changed_messages_never_throw()
    {
        byte[] message = Response(DnsRecordType.Naptr, b => b
            .Alias("", "b.example").Rule("b.example", 1, 2, "S", "RELAY:turn.udp", "", "_turn._udp.example.org").Address("b.example", "192.0.2.1"));
        DnsQuestion question = Question(DnsRecordType.Naptr);
        for (int length = 0; length <= message.Length; length++)
        {
            DnsMessage.ReadResponse(message.AsSpan(0, length), Id, question, out _);
        }

        var random = new Random(3);
        for (int i = 0; i < 200_000; i++)
        {
            byte[] changed = (byte[])message.Clone();
            for (int changes = random.Next(1, 5); changes > 0; changes--)
            {
                changed[random.Next(2, changed.Length)] = random.Next(3) == 0 ? (byte)0xC0 : (byte)random.Next(256);
            }

            DnsMessage.ReadResponse(changed.AsSpan(0, random.Next(20) == 0 ? random.Next(changed.Length) : changed.Length), Id, question, out _);
        }
    }

    private static DnsQuestion Question(DnsRecordType type) => new("example.org", type);

    private static byte[] Response(DnsRecordType type, Func<DnsResponseBuilder, DnsResponseBuilder> records, ushort flags = 0x8180)
    {
        byte[] query = [0xBE, 0xEF, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. DnsResponseBuilder.Name("example.org"), 0, (byte)type, 0, 1];
        return records(DnsResponseBuilder.For(query, flags)).ToArray();
    }

    private static DnsResponse Parse(byte[] message, DnsRecordType type)
    {
        DnsMessage.ReadResponse(message, Id, Question(type), out DnsResponse? response).Should().Be(DnsParseStatus.Ok);
        return response!;
    }

    private static DnsAnswer Read(DnsRecordType type, Func<DnsResponseBuilder, DnsResponseBuilder> records) => Parse(Response(type, records), type).Answer;
}
