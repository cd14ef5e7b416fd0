using System.Runtime.Intrinsics.X86;
using System.Text;
using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Stun;

public sealed class Crc32Tests
{
    [Theory]
    [InlineData("", 0u)]
    [InlineData("a", 0xE8B7BE43u)]
    [InlineData("123456789", 0xCBF43926u)]
    [InlineData("The quick brown fox jumps over the lazy dog", 0x414FA339u)]
    [Rfc("STUN-8489-14.7-d")]
    public void Known_texts_have_their_known_checksums(string text, uint expected)
    {
        Crc32.Compute(Encoding.ASCII.GetBytes(text)).Should().Be(expected);
        Crc32.ComputeByTable(Encoding.ASCII.GetBytes(text)).Should().Be(expected);
    }

    [Fact]
    public void Multiplication_and_table_agree_with_the_definition_at_every_length()
    {
        var random = new Random(8489);
        byte[] bytes = new byte[700];
        for (int length = 0; length <= bytes.Length; length++)
        {
            random.NextBytes(bytes);
            ReadOnlySpan<byte> data = bytes.AsSpan(bytes.Length - length);
            uint expected = ByDefinition(data);
            if (Crc32.Compute(data) != expected || Crc32.ComputeByTable(data) != expected)
            {
                Assert.Fail($"{length} bytes: {Convert.ToHexString(data)}, multiplication {(Pclmulqdq.IsSupported ? "on" : "off")}");
            }
        }
    }

    // Bit by bit: divide by the reflected polynomial.
    private static uint ByDefinition(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in data)
        {
            crc ^= b;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320 : crc >> 1;
            }
        }

        return ~crc;
    }
}
