using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Credentials;
using IceSharp.Protocol.Stun.Transactions;

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
        TurnRequestKind.Connect => StunMethod.Connect,
        TurnRequestKind.ConnectionBind => StunMethod.ConnectionBind,
        _ => StunMethod.Refresh,
    };

    /// <summary>Whether ACCESS-TOKEN may be in it (RFC 7635 §9).</summary>
    public bool CarriesToken => Method is StunMethod.Allocate or StunMethod.Refresh;

    /// <summary>The socket it leaves from when that is not the allocation's own; none otherwise.</summary>
    public SocketHandle Socket { get; init; }

    /// <summary>Peers of a CreatePermission; filled when it starts.</summary>
    public List<IpAddress> Peers { get; } = [];

    /// <summary>The channel of a ChannelBind.</summary>
    public TurnChannel? Channel { get; init; }

    /// <summary>The connection of a Connect or ConnectionBind.</summary>
    public TurnConnection? Connection { get; init; }

    /// <summary>The family that a ReleaseFamily gives back.</summary>
    public IpFamily Family { get; init; }

    /// <summary>The ticket of a Move.</summary>
    public byte[] Ticket { get; init; } = [];

    /// <summary>Whether DONT-FRAGMENT is among the attributes of an Allocate.</summary>
    public bool DontFragment { get; set; }

    /// <summary>Whether an Allocate asks for a ticket.</summary>
    public bool AsksForTicket { get; set; }

    /// <summary>Whether an Allocate asks for an IPv6 address beside the IPv4 one.</summary>
    public bool AsksForBoth { get; set; }

    /// <summary>The transaction of it that is under way; null when there is none.</summary>
    public StunTransaction<TurnRequest>? Transaction { get; set; }

    /// <summary>Whether a transaction of it is under way.</summary>
    public bool IsInFlight => Transaction is not null;

    /// <summary>What it has been through under the long-term mechanism.</summary>
    public LongTermAttempt Attempt { get; set; } = new();

    /// <summary>The token that its latest transaction was signed with; null when it was none.</summary>
    public TurnAccessToken? Token { get; set; }

    public byte[] TokenNonce { get; set; } = [];

    public int StaleTokenNonces { get; set; }

    public int TokensAskedFor { get; set; }

    public bool HasAskedForCredential { get; set; }

    /// <summary>Whether a response to its latest transaction was signed wrongly, under a token.</summary>
    public bool SawBadIntegrity { get; set; }

    public int ServerErrorCount { get; set; }

    /// <summary>When a repeat after a 5xx may start.</summary>
    public MonotonicTime NotBefore { get; set; }
}
