using IceSharp.Internal.Diagnostics;
using IceSharp.Internal.Stun;
using IceSharp.Protocol;
using IceSharp.Protocol.Turn;

namespace IceSharp.Internal.Turn;

/// <summary>What an allocation is made with and lives by.</summary>
/// <param name="Client">The client's settings.</param>
/// <param name="Options">What is asked for.</param>
/// <param name="Server">The server as the application named it.</param>
/// <param name="Place">The server as it is reached.</param>
/// <param name="Links">Opens further links to it.</param>
/// <param name="Memory">What the client knows of servers; only on the loop.</param>
/// <param name="Random">The loop's source of randomness.</param>
internal sealed record TurnSetup(
    TurnClientOptions Client, TurnAllocationOptions Options, IceServer Server, StunPlace Place, TurnLinks Links, TurnServerMemory Memory, IRandomSource Random)
{
    /// <summary>Counts of datagrams that had no effect.</summary>
    public DropCounters Drops { get; } = new();
}
