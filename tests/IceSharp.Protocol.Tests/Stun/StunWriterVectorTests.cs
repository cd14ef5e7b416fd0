using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Stun;

/// <summary>The messages of RFC 5769, RFC 8489 appendix B and our own set, written again from their meaning.</summary>
public sealed class StunWriterVectorTests
{
    // What a sender of ours cannot write: other padding than zero, SHA-256 before SHA-1, an attribute behind MESSAGE-INTEGRITY.
    private static readonly string[] ForeignPadding = ["rfc5769-2.1", "rfc5769-2.2", "rfc5769-2.3", "int-09"];
    private static readonly string[] ForeignOrder = ["int-11", "int-33"];

    public static TheoryData<string> Writable =>
        VectorFile.Theory(MessageVector.Accepted.Select(v => v.Id).Except(ForeignPadding).Except(ForeignOrder));

    public static TheoryData<string> Padded => VectorFile.Theory(ForeignPadding);

    [Theory]
    [MemberData(nameof(Writable))]
    [Rfc("STUN-8489-5-a")]
    [Rfc("STUN-8489-5-e")]
    [Rfc("STUN-8489-5-i")]
    [Rfc("STUN-8489-14-b")]
    [Rfc("STUN-8489-14-c")]
    [Rfc("STUN-8489-14.5-c")]
    [Rfc("STUN-8489-14.5-d")]
    [Rfc("STUN-8489-14.6-b")]
    [Rfc("STUN-8489-14.7-c")]
    public void The_written_bytes_equal_the_vector(string id)
    {
        MessageVector vector = MessageVector.ById(id);

        Convert.ToHexString(Write(vector)).Should().Be(Convert.ToHexString(vector.Hex));
    }

    /// <remarks>RFC 5769 pads with spaces, so integrity and fingerprint differ from ours; all bytes before them are compared.</remarks>
    [Theory]
    [MemberData(nameof(Padded))]
    [Rfc("STUN-8489-14-c")]
    public void Where_the_vector_pads_with_spaces_all_but_padding_and_what_covers_it_is_equal(string id)
    {
        MessageVector vector = MessageVector.ById(id);
        byte[] expected = [.. vector.Hex];
        foreach (int offset in ForeignPaddingOffsets(vector))
        {
            expected[offset].Should().Be(0x20);
            expected[offset] = 0;
        }

        byte[] written = Write(vector);

        int covered = vector.Decoded.GetProperty("attributes").EnumerateArray().First(a => a.Text("name") == "MESSAGE-INTEGRITY").Number("offset");
        Convert.ToHexString(written.AsSpan(0, covered)).Should().Be(Convert.ToHexString(expected.AsSpan(0, covered)));
        written.Length.Should().Be(expected.Length);
        StunReader.TryParse(written, out StunReader message).Should().Be(StunParseStatus.Ok);
        using var key = new StunIntegrityKey(vector.Key);
        message.VerifyIntegrity(key).Should().Be(StunIntegrityStatus.Ok);
        message.VerifyFingerprint().Should().Be(StunFingerprintStatus.Ok);
    }

    /// <remarks>The same three messages, their foreign padding put in place by hand: what the writer computes over those bytes must be RFC 5769's values.</remarks>
    [Theory]
    [MemberData(nameof(Padded))]
    public void Over_the_padding_of_the_vector_integrity_and_fingerprint_are_the_vectors(string id)
    {
        MessageVector vector = MessageVector.ById(id);
        byte[] buffer = new byte[vector.Hex.Length];
        var writer = new StunWriter(buffer, vector.Method, vector.Class, vector.TransactionId);
        foreach (VectorAttribute attribute in vector.Visible())
        {
            attribute.Write(ref writer);
            attribute.Padding.CopyTo(buffer, writer.Length - attribute.Padding.Length);
        }

        using var key = new StunIntegrityKey(vector.Key);
        writer.AddIntegrity(key);
        writer.AddFingerprint();

        Convert.ToHexString(writer.Written).Should().Be(Convert.ToHexString(vector.Hex));
    }

    [Fact]
    public void Only_foreign_padding_and_order_keep_a_vector_from_being_written()
    {
        foreach (MessageVector vector in MessageVector.Accepted)
        {
            ForeignPaddingOffsets(vector).Any().Should().Be(ForeignPadding.Contains(vector.Id), vector.Id);
        }
    }

    private static byte[] Write(MessageVector vector)
    {
        byte[] buffer = new byte[vector.Hex.Length];
        buffer.AsSpan().Fill(0xEE);
        using var key = new StunIntegrityKey(vector.Key);
        var writer = new StunWriter(buffer, vector.Method, vector.Class, vector.TransactionId);
        foreach (VectorAttribute attribute in vector.Attributes)
        {
            switch (attribute.Type)
            {
                case StunAttributeType.MessageIntegrity:
                    writer.AddIntegrity(key);
                    break;
                case StunAttributeType.MessageIntegritySha256:
                    writer.AddIntegritySha256(key, attribute.Value.Length);
                    break;
                case StunAttributeType.Fingerprint:
                    writer.AddFingerprint();
                    break;
                default:
                    attribute.Write(ref writer);
                    break;
            }
        }

        return writer.Written.ToArray();
    }

    private static IEnumerable<int> ForeignPaddingOffsets(MessageVector vector)
    {
        int offset = 20;
        foreach (VectorAttribute attribute in vector.Attributes)
        {
            offset += 4 + attribute.Value.Length;
            for (int i = 0; i < attribute.Padding.Length; i++, offset++)
            {
                if (attribute.Padding[i] != 0)
                {
                    yield return offset;
                }
            }
        }
    }
}
