using System.Diagnostics.CodeAnalysis;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;

using static IceSharp.IceCandidatePairState;

namespace IceSharp.Testing;

/// <summary>States of the agent, of gathering and of pairs move only where the RFC lets them, and each move starts where the last one ended.</summary>
/// <remarks>The tables are written from RFC 8445 §6.1.2.6 and §8.1.2, not from the machine's own.</remarks>
[Experimental("ICE0001")]
public sealed class LegalMoves : AgentInvariant
{
    private readonly Dictionary<(int Stream, int Component, string? Session, TransportAddress Local, TransportAddress? Base, TransportAddress Remote), IceCandidatePairState> _pairs = [];
    private IceConnectionState _state;
    private IceGatheringState _gathering;
    private bool _closed;

    /// <inheritdoc/>
    public override string Rule => "states move only where RFC 8445 lets them";

    /// <inheritdoc/>
    public override void OnEvent(MonotonicTime now, IceAgentEvent fact)
    {
        if (_closed)
        {
            Violate($"{fact.GetType().Name} after the end");
        }

        switch (fact)
        {
            case ConnectionStateChanged changed:
                Judge(changed);
                break;
            case GatheringStateChanged changed:
                // Gathering starts again at a restart, or when interfaces come.
                if (changed.State == IceGatheringState.New || changed.State == _gathering || (_gathering == IceGatheringState.New && changed.State != IceGatheringState.Gathering))
                {
                    Violate($"gathering moved from {_gathering} to {changed.State}");
                }

                _gathering = changed.State;
                break;
            case PairStateChanged changed:
                Judge(changed);
                break;
            case AgentClosed:
                _closed = true;
                break;
        }
    }

    private void Judge(ConnectionStateChanged changed)
    {
        if (changed.Previous != _state)
        {
            Violate($"the agent left {changed.Previous} though it was {_state}");
        }

        bool legal = changed.State != changed.Previous && changed.Previous != IceConnectionState.Closed && changed.State != IceConnectionState.New;
        if (changed.Previous == IceConnectionState.New)
        {
            legal = changed.State is IceConnectionState.Checking or IceConnectionState.Closed;
        }

        if (!legal)
        {
            Violate($"the agent moved from {changed.Previous} to {changed.State} ({changed.Reason})");
        }

        _state = changed.State;
    }

    private void Judge(PairStateChanged changed)
    {
        IceCandidatePairInfo pair = changed.Pair;
        var key = (changed.Stream, pair.Local.Component, pair.Local.Ufrag, pair.Local.Address, pair.Local.RelatedAddress, pair.Remote.Address);

        // A pair that was taken away and formed again starts frozen; one that has been proven may stay on the valid list beside it.
        if (_pairs.TryGetValue(key, out IceCandidatePairState known) && (known, changed.Previous) is (Waiting, InProgress) or (InProgress, Waiting))
        {
            Violate($"{Name(pair)} left {changed.Previous} though it was {known}");
        }

        if (!IsLegal(changed.Previous, pair.State))
        {
            Violate($"{Name(pair)} moved from {changed.Previous} to {pair.State} ({changed.Reason})");
        }

        _pairs[key] = pair.State;
    }

    // A check starts from Waiting; its end is a success or a failure; only a check under way or a triggered one leads back to Waiting.
    private static bool IsLegal(IceCandidatePairState from, IceCandidatePairState to) => (from, to) switch
    {
        (_, Frozen) => false,
        (Waiting, InProgress) => true,
        (_, InProgress) => false,
        _ => from != to,
    };

    private static string Name(IceCandidatePairInfo pair) => $"pair {pair.Local.Address} - {pair.Remote.Address}";
}
