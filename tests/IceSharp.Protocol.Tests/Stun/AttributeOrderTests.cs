using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Stun;

public sealed class AttributeOrderTests
{
    [Fact]
    [Rfc("STUN-8489-14-i")]
    public void Attributes_of_different_types_mean_the_same_in_any_order()
    {
        byte[] original = VectorFile.ById("integrity.json", "messages")["int-14"].Bytes("hex");
        StunReader.TryParse(original, out StunReader message).Should().Be(StunParseStatus.Ok);
        List<(StunAttributeType Type, byte[] Value)> attributes = [];
        foreach (StunAttribute attribute in message)
        {
            attributes.Add((attribute.Type, attribute.Value.ToArray()));
        }

        attributes.Select(a => a.Type).Should().OnlyHaveUniqueItems();
        using StunIntegrityKey key = StunIntegrityKey.LongTermSha256("George", "example.org", "secret");
        for (int turn = 1; turn < attributes.Count; turn++)
        {
            var writer = new StunWriter(new byte[500], message.Method, message.Class, message.TransactionId);
            foreach ((StunAttributeType type, byte[] value) in attributes.Skip(turn).Concat(attributes.Take(turn)))
            {
                writer.AddBytes(type, value);
            }

            writer.AddIntegritySha256(key);
            StunReader.TryParse(writer.Written, out StunReader turned).Should().Be(StunParseStatus.Ok);

            turned.VerifyIntegritySha256(key).Should().Be(StunIntegrityStatus.Ok);
            foreach ((StunAttributeType type, byte[] value) in attributes)
            {
                turned.GetBytes(type, out ReadOnlySpan<byte> read).Should().Be(StunAttributeStatus.Ok);
                read.SequenceEqual(value).Should().BeTrue($"{type} after {turn} turns");
            }
        }
    }
}
