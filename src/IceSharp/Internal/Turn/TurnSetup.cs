using IceSharp.Internal.Diagnostics;
using IceSharp.Internal.Stun;
using IceSharp.Protocol;

namespace IceSharp.Internal.Turn;

/// <summary>What an allocation is made with and lives by.</summary>
/// <param name="Client">The client's settings.</param>
/// <param name="Options">What is asked for.</param>
/// <param name="Place">The server.</param>
/// <param name="Random">The loop's source of randomness.</param>
internal sealed record TurnSetup(TurnClientOptions Client, TurnAllocationOptions Options, StunPlace Place, IRandomSource Random)
{
    /// <summary>Counts of datagrams that had no effect.</summary>
    public DropCounters Drops { get; } = new();
}
