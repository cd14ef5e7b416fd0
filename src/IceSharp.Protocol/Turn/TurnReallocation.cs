namespace IceSharp.Protocol.Turn;

/// <summary>What lies between an allocation that is lost and the next one, and how often that may be.</summary>
internal sealed class TurnReallocation(TurnParts parts)
{
    private const int MaxInRow = 3;
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(60);
    private MonotonicTime _allocatedAt;
    private int _inRow;
    private bool _awaitsStream;

    public void NoteAllocated(MonotonicTime now) => _allocatedAt = now;

    /// <summary>Whether another allocation may be asked for: a server that takes back what it has just given would be asked for ever.</summary>
    public bool MayBegin(MonotonicTime now)
    {
        _inRow = now - _allocatedAt < Settled ? _inRow + 1 : 1;
        return _inRow <= MaxInRow;
    }

    /// <summary>Puts aside what lives on an allocation; what was asked for is asked for again on the next one.</summary>
    public void Suspend(bool needsStream)
    {
        _awaitsStream = needsStream;
        parts.Exchange.Clear();
        parts.Permissions.Suspend();
        parts.Channels.Suspend();
        parts.Connections.Clear();
        parts.Mobility.Clear();
        parts.Lease.End();
    }

    /// <summary>The stream is gone before there was another allocation.</summary>
    public void AwaitStream()
    {
        _awaitsStream = true;
        parts.Exchange.Clear();
    }

    public bool TakeStream(SocketHandle stream)
    {
        bool wanted = _awaitsStream;
        _awaitsStream = false;
        if (wanted)
        {
            parts.Exchange.Restart(stream);
        }

        return wanted;
    }
}
