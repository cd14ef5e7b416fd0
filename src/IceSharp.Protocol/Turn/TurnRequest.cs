using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Credentials;

namespace IceSharp.Protocol.Turn;

/// <summary>One thing asked of the server, over as many transactions as challenges and repeats make of it.</summary>
internal sealed class TurnRequest(TurnRequestKind kind)
{
    public TurnRequestKind Kind { get; } = kind;

    public StunMethod Method => Kind switch
    {
        TurnRequestKind.Allocate => StunMethod.Allocate,
        TurnRequestKind.CreatePermission => StunMethod.CreatePermission,
        TurnRequestKind.ChannelBind => StunMethod.ChannelBind,
        _ => StunMethod.Refresh,
    };

    /// <summary>Peers of a CreatePermission; filled when it starts.</summary>
    public List<IpAddress> Peers { get; } = [];

    /// <summary>The channel of a ChannelBind.</summary>
    public TurnChannel? Channel { get; init; }

    /// <summary>Whether DONT-FRAGMENT is among the attributes of an Allocate.</summary>
    public bool DontFragment { get; set; }

    /// <summary>Whether a transaction of it is under way.</summary>
    public bool IsInFlight { get; set; }

    /// <summary>What it has been through under the long-term mechanism.</summary>
    public LongTermAttempt Attempt { get; } = new();

    public int ServerErrorCount { get; set; }

    /// <summary>When a repeat after a 5xx may start.</summary>
    public MonotonicTime NotBefore { get; set; }
}
