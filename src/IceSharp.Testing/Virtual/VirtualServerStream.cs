using IceSharp.Protocol.Framing;

namespace IceSharp.Testing;

/// <summary>A virtual stream between a TURN client and its server, cut into frames.</summary>
internal sealed class VirtualServerStream
{
    private readonly VirtualStream _stream;
    private readonly StreamFramer _framer = new();
    private bool _isOpen;

    public VirtualServerStream(VirtualStream stream)
    {
        _stream = stream;
        stream.Opened = () =>
        {
            _isOpen = true;
            Opened?.Invoke();
        };
        stream.Receiver = (_, bytes) => Take(bytes);
        stream.Closed = end => Over($"the connection came to nothing: {end}");
    }

    public delegate void FrameReceiver(ReadOnlySpan<byte> frame);

    public Action? Opened { get; init; }

    /// <summary>There will be no connection.</summary>
    public Action<string>? Failed { get; init; }

    public FrameReceiver? Frame { get; init; }

    /// <summary>The other side, or the network, has ended it.</summary>
    public Action? Ended { get; init; }

    public void Send(ReadOnlySpan<byte> frame)
    {
        if (_stream.State == VirtualStreamState.Open)
        {
            _stream.Send(frame);
        }
    }

    public void Close() => _stream.Close();

    private void Take(ReadOnlySpan<byte> bytes)
    {
        _framer.Append(bytes);
        StreamFrameStatus status;
        while ((status = _framer.TryRead(out StreamFrame frame)) == StreamFrameStatus.Frame)
        {
            Frame?.Invoke(frame.Bytes);
        }

        if (status != StreamFrameStatus.NeedMore)
        {
            _stream.Abort();
            Over(status.ToString());
        }
    }

    private void Over(string detail)
    {
        if (_isOpen)
        {
            _isOpen = false;
            Ended?.Invoke();
        }
        else
        {
            Failed?.Invoke(detail);
        }
    }
}
