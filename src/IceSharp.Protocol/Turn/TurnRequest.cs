using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Turn;

/// <summary>One thing asked of the server, over as many transactions as challenges and repeats make of it.</summary>
internal sealed class TurnRequest(TurnRequestKind kind)
{
    public TurnRequestKind Kind { get; } = kind;

    public StunMethod Method => Kind switch
    {
        TurnRequestKind.Allocate => StunMethod.Allocate,
        TurnRequestKind.CreatePermission => StunMethod.CreatePermission,
        _ => StunMethod.Refresh,
    };

    /// <summary>Peers of a CreatePermission; filled when it starts.</summary>
    public List<IpAddress> Peers { get; } = [];

    /// <summary>Whether DONT-FRAGMENT is among the attributes of an Allocate.</summary>
    public bool DontFragment { get; set; }

    /// <summary>Whether a transaction of it is under way.</summary>
    public bool IsInFlight { get; set; }

    /// <summary>Whether the latest transaction carried credentials.</summary>
    public bool IsAuthenticated { get; set; }

    /// <summary>Which key and which nonce the latest transaction used.</summary>
    public int KeyGeneration { get; set; }

    public int NonceGeneration { get; set; }

    public int StaleNonceCount { get; set; }

    public int ChallengeCount { get; set; }

    public int ServerErrorCount { get; set; }

    /// <summary>Whether an answer was dropped for its integrity.</summary>
    public bool SawBadIntegrity { get; set; }

    /// <summary>When a repeat after a 5xx may start.</summary>
    public MonotonicTime NotBefore { get; set; }
}
