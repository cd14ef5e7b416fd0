using IceSharp.Protocol;
using IceSharp.Protocol.Stun;

namespace IceSharp.Internal.Turn;

/// <summary>Keeps NATs between client and server from forgetting the 5-tuple: a Binding indication after each interval in which nothing was sent.</summary>
internal sealed class TurnKeepalive(TimeSpan interval)
{
    private volatile bool _hasSent;

    public MonotonicTime NextDeadline { get; private set; } = MonotonicTime.Never;

    /// <summary>Something has left towards the server. Thread safe, and cheaper than looking at a clock.</summary>
    public void NoteSent()
    {
        if (!_hasSent)
        {
            _hasSent = true;
        }
    }

    /// <summary>Sends one when it is due. On the loop.</summary>
    public void HandleTimeout(MonotonicTime now, TurnPath? path, Span<byte> buffer, IRandomSource random)
    {
        if (path is null || interval == TimeSpan.Zero)
        {
            NextDeadline = MonotonicTime.Never;
            return;
        }

        if (now < NextDeadline && !NextDeadline.IsNever)
        {
            return;
        }

        if (!NextDeadline.IsNever && !_hasSent)
        {
            var indication = new StunWriter(buffer, StunMethod.Binding, StunClass.Indication, StunTransactionId.Create(random));
            path.Socket.TrySend(buffer[..indication.Length], path.Server);
        }

        _hasSent = false;
        NextDeadline = now + interval;
    }
}
