using IceSharp.Samples.Terminal;

namespace IceSharp.Samples.CopyPastePeer.Signaling;

/// <summary>Descriptions by files, for scripts: ours is written at once as a whole, theirs is waited for.</summary>
/// <param name="incoming">The file of the other side.</param>
/// <param name="outgoing">Our file.</param>
/// <param name="patience">How long a file is waited for.</param>
/// <param name="output">Where progress is told.</param>
/// <param name="ignoresOld">Whether what stands in the incoming file already is left over from an earlier run: who offers cannot have an answer yet.</param>
internal sealed class FileSignaling(string incoming, string outgoing, TimeSpan patience, StateLine output, bool ignoresOld) : ISignaling
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(50);

    private string? _seen = ignoresOld ? TryRead(incoming) : null;

    public async Task SendAsync(string name, string sdp, CancellationToken cancellationToken)
    {
        string unfinished = $"{outgoing}.{Environment.ProcessId}.tmp";
        await File.WriteAllTextAsync(unfinished, sdp, cancellationToken);
        File.Move(unfinished, outgoing, overwrite: true);
        output.WriteLine($"The {name} is in {outgoing}.");
    }

    public async Task<string?> ReceiveAsync(string name, CancellationToken cancellationToken)
    {
        output.WriteLine($"Waiting for the {name} in {incoming}.");
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(patience);
        try
        {
            for (; ; await Task.Delay(LookInterval, deadline.Token))
            {
                // A text that was no use is not read again until it changes.
                if (TryRead(incoming) is { Length: > 0 } text && text != _seen)
                {
                    return _seen = text;
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            output.WriteLine($"Within {patience.TotalSeconds:0} s there was no {name} in {incoming}.");
            return null;
        }
    }

    private static string? TryRead(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
