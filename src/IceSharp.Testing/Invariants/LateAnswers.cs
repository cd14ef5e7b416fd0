using System.Diagnostics.CodeAnalysis;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.Protocol.Stun;

namespace IceSharp.Testing;

/// <summary>The first answer to a check counts while the check can be under way, also when another check of the pair has taken its place (RFC 8445 §7.3.1.4).</summary>
[Experimental("ICE0001")]
public sealed class LateAnswers : AgentInvariant
{
    // A check with the usual timers lives 39.5 s; those with shorter ones are judged by what they still are certain of.
    private static readonly TimeSpan CertainLife = TimeSpan.FromSeconds(3);

    private readonly Dictionary<StunTransactionId, (SocketHandle Socket, TransportAddress Peer, MonotonicTime SentAt)> _checks = [];

    /// <inheritdoc/>
    public override string Rule => "a late answer to a check counts";

    /// <inheritdoc/>
    public override void OnSent(MonotonicTime now, in AgentPacket packet)
    {
        if (StunReader.TryParse(packet.Bytes, out StunReader message) == StunParseStatus.Ok
            && message is { Class: StunClass.Request, Method: StunMethod.Binding } && message.Has(StunAttributeType.Username))
        {
            _checks.TryAdd(message.TransactionId, (packet.Socket, packet.Peer, now));
        }
    }

    /// <inheritdoc/>
    public override void OnReceived(MonotonicTime now, in AgentPacket packet, in DatagramVerdict verdict)
    {
        if (StunReader.TryParse(packet.Bytes, out StunReader message) != StunParseStatus.Ok
            || message.Class != StunClass.SuccessResponse
            || !_checks.Remove(message.TransactionId, out (SocketHandle Socket, TransportAddress Peer, MonotonicTime SentAt) check)
            || (check.Socket, check.Peer) != (packet.Socket, packet.Peer))
        {
            return;
        }

        if (verdict is { Kind: VerdictKind.Dropped, Reason: DropReason.UnmatchedResponse } && now - check.SentAt < CertainLife)
        {
            Violate($"the answer of {packet.Peer} to a check sent {(now - check.SentAt).TotalMilliseconds} ms ago was dropped");
        }
    }

    /// <inheritdoc/>
    public override void OnEvent(MonotonicTime now, IceAgentEvent fact)
    {
        // Checks end with their agent, those of a pair that lost its relay or its consent with the pair, those of a session that a restart replaced with it (RFC 8445 §9).
        if (fact is AgentClosed or StreamRestarted or ConnectionStateChanged { State: IceConnectionState.Closed or IceConnectionState.Failed } or PairStateChanged { Pair.State: IceCandidatePairState.Failed })
        {
            _checks.Clear();
        }
    }
}
