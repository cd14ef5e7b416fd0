using System.Security.Cryptography;
using System.Text;

namespace IceSharp.Benchmarks.Codec;

/// <summary>The reference: one re-used keyed HMAC-SHA1 of the platform over one contiguous span.</summary>
internal sealed class KeyedHmac : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA1, Encoding.ASCII.GetBytes("VOkJxbRl1RmTxUk/WvJxBt"));
    private readonly byte[] _mac = new byte[20];

    public int Compute(ReadOnlySpan<byte> bytes)
    {
        _hash.AppendData(bytes);
        return _hash.GetHashAndReset(_mac);
    }

    public void Dispose() => _hash.Dispose();
}
