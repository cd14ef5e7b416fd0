using System.Security.Cryptography;
using IceSharp.Protocol;

namespace IceSharp.Internal.Driver;

/// <summary>The cryptographic generator, drawn in blocks: one call of it costs as much as the check it is for. Not thread safe.</summary>
internal sealed class CryptoRandomSource : IRandomSource
{
    private readonly byte[] _block = new byte[1024];
    private int _used;

    public CryptoRandomSource() => _used = _block.Length;

    public void Fill(Span<byte> destination)
    {
        if (destination.Length > _block.Length)
        {
            RandomNumberGenerator.Fill(destination);
            return;
        }

        if (_used + destination.Length > _block.Length)
        {
            RandomNumberGenerator.Fill(_block);
            _used = 0;
        }

        // What was handed out is not kept: transaction IDs and passwords must not be read from memory later.
        Span<byte> bytes = _block.AsSpan(_used, destination.Length);
        bytes.CopyTo(destination);
        bytes.Clear();
        _used += destination.Length;
    }
}
