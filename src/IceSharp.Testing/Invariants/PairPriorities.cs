using System.Diagnostics.CodeAnalysis;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;

namespace IceSharp.Testing;

/// <summary>A pair has the priority that RFC 8445 §6.1.2.3 gives it, judged when it is first seen: a candidate that was learnt may change its own later.</summary>
[Experimental("ICE0001")]
public sealed class PairPriorities : AgentInvariant
{
    private const uint LargestPriority = int.MaxValue;

    private readonly HashSet<(int Stream, int Component, TransportAddress Local, TransportAddress? Base, TransportAddress Remote)> _seen = [];
    private bool _mayHaveChanged;

    /// <inheritdoc/>
    public override string Rule => "the priority of a pair is 2^32 MIN(G, D) + 2 MAX(G, D) + (G > D)";

    /// <inheritdoc/>
    public override void OnEvent(MonotonicTime now, IceAgentEvent fact) => _mayHaveChanged |= fact is PairStateChanged;

    /// <inheritdoc/>
    public override void OnSettled(MonotonicTime now, IceAgentMachine machine, int streamCount)
    {
        ArgumentNullException.ThrowIfNull(machine);
        if (!_mayHaveChanged || machine.Role == IceRole.Undecided)
        {
            return;
        }

        _mayHaveChanged = false;
        for (int stream = 0; stream < streamCount; stream++)
        {
            foreach (IceCandidatePairInfo pair in machine.GetPairs(stream))
            {
                if (_seen.Add((stream, pair.Local.Component, pair.Local.Address, pair.Local.RelatedAddress, pair.Remote.Address)) && pair.Priority != Expected(pair, machine.Role))
                {
                    Violate($"pair {pair.Local.Address} - {pair.Remote.Address} has the priority {pair.Priority} instead of {Expected(pair, machine.Role)}");
                }
            }
        }
    }

    private static ulong Expected(IceCandidatePairInfo pair, IceRole role)
    {
        // Wide enough that nothing can overflow here.
        UInt128 local = Math.Clamp(pair.Local.Priority, 1, LargestPriority), remote = Math.Clamp(pair.Remote.Priority, 1, LargestPriority);
        (UInt128 controlling, UInt128 controlled) = role == IceRole.Controlling ? (local, remote) : (remote, local);
        return (ulong)(((UInt128)1 << 32) * UInt128.Min(controlling, controlled) + 2 * UInt128.Max(controlling, controlled) + (UInt128)(controlling > controlled ? 1 : 0));
    }
}
