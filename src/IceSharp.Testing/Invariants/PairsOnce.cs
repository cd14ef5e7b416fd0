using System.Diagnostics.CodeAnalysis;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;

namespace IceSharp.Testing;

/// <summary>No stream checks two pairs from the same local to the same remote address: a candidate that is signalled after it was learnt is the same one (RFC 8838 §11).</summary>
[Experimental("ICE0001")]
public sealed class PairsOnce : AgentInvariant
{
    private readonly HashSet<(int Component, TransportAddress Local, TransportAddress? Base, TransportAddress Remote)> _seen = [];
    private bool _mayHaveChanged;

    /// <inheritdoc/>
    public override string Rule => "a pair is checked once";

    /// <inheritdoc/>
    public override void OnEvent(MonotonicTime now, IceAgentEvent fact) => _mayHaveChanged |= fact is PairStateChanged;

    /// <inheritdoc/>
    public override void OnSettled(MonotonicTime now, IceAgentMachine machine, int streamCount)
    {
        ArgumentNullException.ThrowIfNull(machine);
        if (!_mayHaveChanged)
        {
            return;
        }

        _mayHaveChanged = false;
        for (int stream = 0; stream < streamCount; stream++)
        {
            _seen.Clear();
            foreach (IceCandidatePairInfo pair in machine.GetPairs(stream))
            {
                // A valid pair that lost its consent waits on the valid list, beside one that was learnt anew.
                bool isOpen = !pair.IsValid && pair.State is IceCandidatePairState.Frozen or IceCandidatePairState.Waiting or IceCandidatePairState.InProgress;
                if (isOpen && !_seen.Add((pair.Local.Component, pair.Local.Address, pair.Local.RelatedAddress, pair.Remote.Address)))
                {
                    Violate($"stream {stream} has the pair {pair.Local.Address} - {pair.Remote.Address} twice");
                }
            }
        }
    }
}
