using System.Threading.Channels;

namespace IceSharp.Internal.Driver;

/// <summary>The local candidates found so far, for any number of readers that each want them all, in order. Thread safe.</summary>
internal sealed class CandidateFeed(TaskCreationOptions continuations = TaskCreationOptions.RunContinuationsAsynchronously)
{
    private readonly Lock _gate = new();
    private readonly List<IceCandidate> _found = [];
    private readonly List<ChannelWriter<IceCandidate>> _readers = [];
    private bool _ended;
    private Exception? _reason;

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _found.Count;
            }
        }
    }

    public void Add(IceCandidate candidate)
    {
        lock (_gate)
        {
            _found.Add(candidate);
            foreach (ChannelWriter<IceCandidate> reader in _readers)
            {
                reader.TryWrite(candidate);
            }
        }
    }

    /// <summary>No more will come; with a reason, readers fail with it at the end.</summary>
    public void End(Exception? reason)
    {
        lock (_gate)
        {
            if (_ended)
            {
                return;
            }

            _ended = true;
            _reason = reason;
            foreach (ChannelWriter<IceCandidate> reader in _readers)
            {
                reader.TryComplete(reason);
            }

            _readers.Clear();
        }
    }

    /// <summary>Begins to read from the first candidate on.</summary>
    public ChannelReader<IceCandidate> Subscribe()
    {
        // Unbounded, but the machine bounds the number of candidates.
        var channel = Channel.CreateUnbounded<IceCandidate>(new UnboundedChannelOptions
        {
            SingleReader = true,
            SingleWriter = true,
            AllowSynchronousContinuations = continuations == TaskCreationOptions.None,
        });
        lock (_gate)
        {
            foreach (IceCandidate candidate in _found)
            {
                channel.Writer.TryWrite(candidate);
            }

            if (_ended)
            {
                channel.Writer.TryComplete(_reason);
            }
            else
            {
                _readers.Add(channel.Writer);
            }
        }

        return channel.Reader;
    }
}
