using IceSharp.Protocol.Stun.Client;
using IceSharp.Protocol.Stun.Transactions;

namespace IceSharp.Protocol.Turn;

/// <summary>When requests are repeated and given up: copies over datagrams, one copy and Ti on a stream (RFC 8489 §6.2).</summary>
internal sealed class TurnSchedules
{
    // The server tries for 30 s and more to reach the peer before it answers (RFC 6062 §5.2).
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(39.5);
    private readonly RetransmissionSchedule _connect;

    public TurnSchedules(TurnAllocationSettings settings)
    {
        StunRetransmissionSettings sentOnce = new() { MaxTransmissions = 1, FinalTimeoutFactor = 1 };
        bool isStream = settings.Link == StunLinkKind.Stream;
        TimeSpan longer = settings.StreamTimeout > ConnectTimeout ? settings.StreamTimeout : ConnectTimeout;
        Ordinary = isStream ? new RetransmissionSchedule(sentOnce, settings.StreamTimeout) : new RetransmissionSchedule(settings.Retransmission);
        _connect = new RetransmissionSchedule(sentOnce, longer);
    }

    public RetransmissionSchedule Ordinary { get; }

    public RetransmissionSchedule For(TurnRequestKind kind) => kind == TurnRequestKind.Connect ? _connect : Ordinary;
}
