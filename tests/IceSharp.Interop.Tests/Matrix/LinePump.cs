using System.Threading.Channels;

namespace IceSharp.Interop.Tests.Matrix;

/// <summary>Writes lines to a peer in the order they were given, whoever gave them.</summary>
internal sealed class LinePump : IAsyncDisposable
{
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();
    private readonly Task _writing;

    public LinePump(PeerProcess peer) => _writing = WriteAsync(peer);

    public void Write(string line) => _lines.Writer.TryWrite(line);

    public async ValueTask DisposeAsync()
    {
        _lines.Writer.TryComplete();
        await _writing;
    }

    private async Task WriteAsync(PeerProcess peer)
    {
        await foreach (string line in _lines.Reader.ReadAllAsync())
        {
            try
            {
                await peer.WriteAsync(line);
            }
            catch (IOException)
            {
                // It has ended: who waits for its lines is told.
            }
        }
    }
}
