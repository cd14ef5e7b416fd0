using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Threading.Channels;
using IceSharp.Protocol;
using IceSharp.Protocol.Framing;

namespace IceSharp.Testing;

/// <summary>One TCP or TLS connection of the loopback server: read and written on the thread pool, worked in on the loop's thread.</summary>
/// <remarks>What is read waits until the loop, or the stream it is joined to, has taken it: a sender that is too fast is held back by TCP.</remarks>
internal sealed class LoopbackStream : IDisposable
{
    private const int MaxQueued = 256;
    private const int MaxUselessFrames = 32;
    private static readonly TimeSpan FrameTimeout = TimeSpan.FromSeconds(30);

    private readonly Channel<byte[]> _outgoing = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(MaxQueued) { SingleReader = true });
    private readonly Stream _stream;
    private volatile LoopbackStream? _joined;

    public LoopbackStream(Socket socket, SocketHandle handle, TransportAddress remote, SslServerAuthenticationOptions? tls)
    {
        socket.Blocking = true;
        socket.NoDelay = true;
        NetworkStream bare = new(socket, ownsSocket: true);
        _stream = tls is null ? bare : new SslStream(bare);
        Tls = tls;
        Handle = handle;
        Remote = remote;
    }

    /// <summary>The listener it came in on, or the name of a connection to a peer.</summary>
    public SocketHandle Handle { get; }

    public TransportAddress Remote { get; }

    /// <summary>Cuts what a client sends; not used once the stream is joined to another.</summary>
    public StreamFramer Framer { get; } = new();

    public StreamPatience Patience { get; } = new(FrameTimeout, MaxUselessFrames);

    private SslServerAuthenticationOptions? Tls { get; }

    /// <summary>Begins to read and write.</summary>
    /// <param name="receive">Gets what was read, on the thread pool; the next read waits for its end.</param>
    /// <param name="closed">Told once, when nothing comes any more.</param>
    public void Start(Func<LoopbackStream, ReadOnlyMemory<byte>, Task> receive, Action<LoopbackStream> closed) =>
        _ = Task.Run(() => RunAsync(receive, closed));

    /// <summary>From now on, what is read here is written there, unframed.</summary>
    public void JoinTo(LoopbackStream other) => _joined = other;

    /// <summary>Queues bytes; false when too many wait, which ends a stream: its frames must not get out of step.</summary>
    public bool TrySend(ReadOnlySpan<byte> bytes) => _outgoing.Writer.TryWrite(bytes.ToArray());

    /// <summary>Ends the stream once what is queued has left.</summary>
    public void Finish() => _outgoing.Writer.TryComplete();

    public void Dispose()
    {
        Finish();
        _stream.Dispose();
    }

    private async Task RunAsync(Func<LoopbackStream, ReadOnlyMemory<byte>, Task> receive, Action<LoopbackStream> closed)
    {
        try
        {
            if (_stream is SslStream secure)
            {
                await secure.AuthenticateAsServerAsync(Tls!).ConfigureAwait(false);
            }

            Task writing = WriteAsync();
            await ReadAsync(receive).ConfigureAwait(false);
            closed(this);
            await writing.ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or AuthenticationException)
        {
            // A client that goes away, or does not like the certificate: its own affair.
            closed(this);
        }
        finally
        {
            Dispose();
        }
    }

    private async Task ReadAsync(Func<LoopbackStream, ReadOnlyMemory<byte>, Task> receive)
    {
        byte[] buffer = new byte[32 * 1024];
        int count;
        while ((count = await _stream.ReadAsync(buffer).ConfigureAwait(false)) > 0)
        {
            if (_joined is { } other)
            {
                await other.SendAsync(buffer.AsMemory(0, count)).ConfigureAwait(false);
            }
            else
            {
                await receive(this, buffer.AsMemory(0, count)).ConfigureAwait(false);
            }
        }
    }

    private async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            await _outgoing.Writer.WriteAsync(bytes.ToArray()).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            // The other side is gone; this one is closed for it.
        }
    }

    private async Task WriteAsync()
    {
        try
        {
            await foreach (byte[] bytes in _outgoing.Reader.ReadAllAsync().ConfigureAwait(false))
            {
                await _stream.WriteAsync(bytes).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            _outgoing.Writer.TryComplete();
        }

        // Reading ends with it.
        _stream.Dispose();
    }
}
