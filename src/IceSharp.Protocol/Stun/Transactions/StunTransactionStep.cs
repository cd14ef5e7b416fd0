namespace IceSharp.Protocol.Stun.Transactions;

/// <summary>What a look at the clock did to a transaction.</summary>
public enum StunTransactionStep
{
    /// <summary>Nothing was due.</summary>
    None,

    /// <summary>A copy of the request is to be sent.</summary>
    Retransmit,

    /// <summary>Its time is over.</summary>
    Expired,
}
