using System.Net;
using IceSharp.Internal.Network.Streams;

namespace IceSharp;

/// <summary>A TCP connection to a peer through a TURN server (RFC 6062): bytes in order, both ways.</summary>
/// <remarks>One read and one write may be under way at a time. Disposing closes the connection to the peer; the allocation stays.</remarks>
public sealed class TurnPeerStream : Stream
{
    private readonly Stream _inner;
    private readonly Action _closed;
    private ReadOnlyMemory<byte> _rest;
    private int _isDisposed;

    internal TurnPeerStream(Stream inner, byte[] rest, IPEndPoint peer, Action closed)
    {
        _inner = inner;
        _rest = rest;
        Peer = peer;
        _closed = closed;
    }

    /// <summary>The peer as the server sees it.</summary>
    public IPEndPoint Peer { get; }

    /// <summary>True.</summary>
    public override bool CanRead => true;

    /// <summary>False.</summary>
    public override bool CanSeek => false;

    /// <summary>True.</summary>
    public override bool CanWrite => true;

    /// <summary>Not supported.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override long Length => throw new NotSupportedException();

    /// <summary>Not supported.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => TryReadRest(buffer.AsSpan(offset, count), out int length) ? length : _inner.Read(buffer, offset, count);

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        TryReadRest(buffer.Span, out int length) ? new ValueTask<int>(length) : _inner.ReadAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => _inner.Write(buffer, offset, count);

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => _inner.WriteAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override void Flush() => _inner.Flush();

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => _inner.FlushAsync(cancellationToken);

    /// <summary>Not supported.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <summary>Not supported.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>Closes the connection in order: TLS's close_notify, if there is TLS, and FIN.</summary>
    public override async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            await StreamEnding.CloseAsync(_inner).ConfigureAwait(false);
            _closed();
        }

        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            _inner.Dispose();
            _closed();
        }

        base.Dispose(disposing);
    }

    // What came in one read with the server's last answer is the peer's already.
    private bool TryReadRest(Span<byte> buffer, out int length)
    {
        length = Math.Min(buffer.Length, _rest.Length);
        _rest.Span[..length].CopyTo(buffer);
        _rest = _rest[length..];
        return length > 0;
    }
}
