using System.Diagnostics.CodeAnalysis;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;

namespace IceSharp.Testing;

/// <summary>When a check has succeeded, no pair of its foundation stays frozen, in whichever stream (RFC 8445 §7.2.5.3.3).</summary>
[Experimental("ICE0001")]
public sealed class UnfrozenFoundations : AgentInvariant
{
    private readonly List<(string Local, string Remote)> _succeeded = [];

    /// <inheritdoc/>
    public override string Rule => "a success unfreezes its foundation in all checklists";

    /// <inheritdoc/>
    public override void OnEvent(MonotonicTime now, IceAgentEvent fact)
    {
        if (fact is PairStateChanged { Pair: { State: IceCandidatePairState.Succeeded } pair, Previous: IceCandidatePairState.InProgress })
        {
            _succeeded.Add((pair.Local.Foundation, pair.Remote.Foundation));
        }
    }

    /// <inheritdoc/>
    public override void OnSettled(MonotonicTime now, IceAgentMachine machine, int streamCount)
    {
        ArgumentNullException.ThrowIfNull(machine);
        if (_succeeded.Count == 0)
        {
            return;
        }

        for (int stream = 0; stream < streamCount; stream++)
        {
            foreach (IceCandidatePairInfo pair in machine.GetPairs(stream))
            {
                if (pair.State == IceCandidatePairState.Frozen && _succeeded.Contains((pair.Local.Foundation, pair.Remote.Foundation)))
                {
                    Violate($"pair {pair.Local.Address} - {pair.Remote.Address} of stream {stream} is frozen though one of its foundation has succeeded");
                }
            }
        }

        _succeeded.Clear();
    }
}
