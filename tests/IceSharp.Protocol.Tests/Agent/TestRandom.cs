using System.Security.Cryptography;
using System.Text;
using IceSharp.Protocol;

namespace IceSharp.Protocol.Tests.Agent;

/// <summary>Bytes that follow from a name: same name, same bytes.</summary>
internal sealed class TestRandom(string seed) : IRandomSource
{
    private int _block;

    public void Fill(Span<byte> destination)
    {
        for (int offset = 0; offset < destination.Length; offset += 32)
        {
            byte[] bytes = SHA256.HashData(Encoding.UTF8.GetBytes($"{seed}/{_block++}"));
            Span<byte> rest = destination[offset..];
            bytes.AsSpan(0, Math.Min(32, rest.Length)).CopyTo(rest);
        }
    }
}
