using IceSharp.Internal.Driver;

namespace IceSharp.Tests.Driver;

public class CryptoRandomSourceTests
{
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
