using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Threading.Channels;

namespace IceSharp.Samples.BrowserPeer.Web;

/// <summary>Messages over a WebSocket: text of bounded size in, JSON in order out.</summary>
/// <remarks>Sending is thread safe and never waits; one reader at a time.</remarks>
internal sealed class MessageSocket(WebSocket socket)
{
    /// <summary>The longest message that is taken. A description with dozens of candidates has a tenth of it.</summary>
    public const int MaxMessageBytes = 64 * 1024;

    // A page that lets so many messages wait does not read any more.
    private const int MaxWaiting = 1024;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    private readonly Channel<byte[]> _waiting = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
    private readonly byte[] _buffer = new byte[MaxMessageBytes];

    /// <summary>Queues a message.</summary>
    public void Send<T>(T message)
    {
        if (!_waiting.Writer.TryWrite(JsonSerializer.SerializeToUtf8Bytes(message, Json)))
        {
            _waiting.Writer.TryComplete();
        }
    }

    /// <summary>The next message; null when the page has closed the socket.</summary>
    /// <exception cref="InvalidDataException">It is longer than <see cref="MaxMessageBytes"/>; nothing more can be read.</exception>
    /// <exception cref="FormatException">It is not text; the next one can be read.</exception>
    /// <exception cref="WebSocketException">The connection broke.</exception>
    public async Task<string?> ReceiveAsync(CancellationToken cancellationToken)
    {
        int length = 0;
        while (true)
        {
            ValueWebSocketReceiveResult part = await socket.ReceiveAsync(_buffer.AsMemory(length), cancellationToken);
            length += part.Count;
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            if (part.EndOfMessage)
            {
                return part.MessageType == WebSocketMessageType.Text
                    ? Encoding.UTF8.GetString(_buffer, 0, length)
                    : throw new FormatException("The message is binary: messages are JSON in text.");
            }

            if (length == _buffer.Length)
            {
                throw new InvalidDataException($"The message is longer than {MaxMessageBytes} bytes: the session ends.");
            }
        }
    }

    /// <summary>No more messages will be queued; those that wait are still sent.</summary>
    public void EndSending() => _waiting.Writer.TryComplete();

    /// <summary>Sends what is queued until <see cref="EndSending"/>, then closes the socket.</summary>
    public async Task WriteAllAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (byte[] message in _waiting.Reader.ReadAllAsync(cancellationToken))
            {
                await socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
            }

            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken);
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException)
        {
            // Nobody is there to be told.
            socket.Abort();
        }
    }
}
