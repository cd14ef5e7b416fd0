using System.Text.Json;
using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Stun;

/// <summary>One example or more of every attribute there is, read and written.</summary>
public sealed class StunAttributeVectorTests
{
    // What a sender of ours does not write: undefined bits, the short form of RESPONSE-PORT, algorithms with parameters.
    private static readonly string[] ReadOnly = ["00030004fffffff9", "002700029c400000", "8002001000030005aabbccddee00000000020000"];

    private static readonly JsonElement File = VectorFile.Load("attributes.json");
    private static readonly StunTransactionId Id = StunTransactionId.Read(File.Bytes("xorTransactionId"));

    public static TheoryData<string, string> Attributes
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (JsonElement entry in Entries())
            {
                data.Add(entry.Text("name"), entry.Text("hex"));
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Attributes))]
    [Rfc("STUN-8489-14-b")]
    [Rfc("STUN-8489-14.1-a")]
    [Rfc("STUN-8489-14.2-a")]
    [Rfc("STUN-8489-14.8-a")]
    [Rfc("STUN-8489-14.11-a")]
    [Rfc("STUN-8489-14.12-a")]
    [Rfc("STUN-8489-14.12-b")]
    [Rfc("STUN-8489-14.13-a")]
    [Rfc("STUN-8489-14.15-a")]
    [Rfc("TURN-8656-18.1-a")]
    [Rfc("TURN-8656-18.2-a")]
    [Rfc("TURN-8656-18.4-a")]
    [Rfc("TURN-8656-18.6-a")]
    [Rfc("TURN-8656-18.8-a")]
    [Rfc("TURN-8656-18.10-a")]
    [Rfc("TCP-6062-6.2.1-a")]
    [Rfc("NAT-5780-7.2-a")]
    [Rfc("NAT-5780-7.3-a")]
    [Rfc("NAT-5780-7.5-a")]
    public void Each_reads_as_what_it_means(string name, string hex)
    {
        VectorAttribute vector = Vector(hex);

        StunReader.TryParse(Message(hex), out StunReader message).Should().Be(StunParseStatus.Ok);

        message.TryFind(vector.Type, out StunAttribute attribute).Should().BeTrue(name);
        Convert.ToHexString(attribute.Value).Should().Be(Convert.ToHexString(vector.Value));
        attribute.IsComprehensionRequired.Should().Be((ushort)vector.Type <= 0x7FFF);
        attribute.ShouldMean(Id, vector.Meaning!.Value);
    }

    [Theory]
    [MemberData(nameof(Attributes))]
    [Rfc("STUN-8489-14-c")]
    [Rfc("STUN-8489-14.1-a")]
    [Rfc("TURN-8656-18.7-a")]
    [Rfc("TURN-8656-18.9-a")]
    [Rfc("TURN-8656-18.12-a")]
    [Rfc("TURN-8656-18.13-a")]
    public void Each_is_written_from_what_it_means(string name, string hex)
    {
        if (ReadOnly.Contains(hex))
        {
            return;
        }

        byte[] buffer = new byte[200];
        buffer.AsSpan().Fill(0xEE);
        var writer = new StunWriter(buffer, StunMethod.Binding, StunClass.Request, Id);

        Vector(hex).Write(ref writer);

        Convert.ToHexStringLower(writer.Written[20..]).Should().Be(hex, name);
    }

    [Fact]
    public void The_attributes_that_are_only_read_are_in_the_file() =>
        Entries().Select(e => e.Text("hex")).Should().Contain(ReadOnly);

    [Fact]
    public void Every_attribute_type_of_the_RFCs_but_the_seals_has_an_example() =>
        Enum.GetValues<StunAttributeType>()
            .Where(t => t is not StunAttributeType.CacheTimeout and < StunAttributeType.Nomination)
            .Except([StunAttributeType.None, StunAttributeType.MessageIntegrity, StunAttributeType.MessageIntegritySha256, StunAttributeType.Fingerprint])
            .Should().BeSubsetOf(Entries().Select(e => new VectorAttribute(e).Type));

    private static JsonElement.ArrayEnumerator Entries() => File.GetProperty("attributes").EnumerateArray();

    private static VectorAttribute Vector(string hex) => new(Entries().Single(e => e.Text("hex") == hex));

    private static byte[] Message(string attributeHex)
    {
        byte[] attribute = Convert.FromHexString(attributeHex);
        byte[] buffer = new byte[20 + attribute.Length];
        _ = new StunWriter(buffer, StunMethod.Binding, StunClass.Request, Id);
        buffer[3] = (byte)attribute.Length;
        attribute.CopyTo(buffer, 20);
        return buffer;
    }
}
