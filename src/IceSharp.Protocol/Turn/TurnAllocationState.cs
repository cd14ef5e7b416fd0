namespace IceSharp.Protocol.Turn;

/// <summary>Life of an allocation as the client sees it.</summary>
public enum TurnAllocationState
{
    /// <summary>Not started.</summary>
    Idle,

    /// <summary>Allocate is on its way, the answer to a challenge included.</summary>
    Allocating,

    /// <summary>There is a relayed address.</summary>
    Allocated,

    /// <summary>The allocation is being released.</summary>
    Closing,

    /// <summary>Released, or closed before there was anything to release.</summary>
    Closed,

    /// <summary>There was never a usable allocation.</summary>
    Failed,

    /// <summary>The server has forgotten the allocation, or it expired.</summary>
    Lost,

    /// <summary>The server has forgotten the allocation and is asked for another one; see <see cref="TurnAllocationSettings.Reallocates"/>.</summary>
    Reallocating,
}
