namespace IceSharp.Protocol.Turn;

/// <summary>What a challenge makes of its request.</summary>
internal enum TurnChallengeStep
{
    /// <summary>It is sent again in a new transaction.</summary>
    Repeat,

    /// <summary>It is sent again once the host has answered.</summary>
    Wait,

    /// <summary>It has failed.</summary>
    Fail,
}
