using IceSharp.Internal.Driver;
using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;

namespace IceSharp.Tests.Driver;

public class CryptoRandomSourceTests
{
    [Fact]
    [Rfc("STUN-8489-5-f")]
    public void A_hundred_thousand_transaction_IDs_differ_and_no_byte_of_them_stands_still()
    {
        var source = new CryptoRandomSource();
        var ids = new HashSet<StunTransactionId>();
        var values = new bool[StunTransactionId.ByteCount, 256];
        byte[] bytes = new byte[StunTransactionId.ByteCount];
        for (int i = 0; i < 100_000; i++)
        {
            StunTransactionId id = StunTransactionId.Create(source);
            ids.Add(id).Should().BeTrue();
            id.WriteTo(bytes);
            for (int place = 0; place < bytes.Length; place++)
            {
                values[place, bytes[place]] = true;
            }
        }

        values.Cast<bool>().Should().NotContain(false, "each byte takes all of its 256 values many times over");
    }

    [Fact]
    public void Blocks_are_used_once_whatever_the_sizes()
    {
        var source = new CryptoRandomSource();
        var seen = new HashSet<string>();
        foreach (int size in Enumerable.Repeat(new[] { 12, 8, 1000, 1024, 5000, 24 }, 50).SelectMany(s => s))
        {
            byte[] bytes = new byte[size];
            source.Fill(bytes);
            seen.Add(Convert.ToHexString(bytes)).Should().BeTrue();
            bytes.Should().Contain(b => b != 0);
        }
    }
}
