using System.Diagnostics.CodeAnalysis;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.Protocol.Stun;

namespace IceSharp.Testing;

/// <summary>Data goes only where a check of the agent was answered, and comes only from where an authenticated check or answer came.</summary>
[Experimental("ICE0001")]
public sealed class ValidatedAddresses : AgentInvariant
{
    private readonly HashSet<StunTransactionId> _checks = [];
    private readonly HashSet<(SocketHandle Socket, TransportAddress Peer)> _accepted = [];
    private readonly HashSet<(SocketHandle Socket, TransportAddress Peer)> _proven = [];

    /// <inheritdoc/>
    public override string Rule => "no data to or from an unvalidated address";

    /// <inheritdoc/>
    public override void OnSent(MonotonicTime now, in AgentPacket packet)
    {
        if (StunReader.TryParse(packet.Bytes, out StunReader message) == StunParseStatus.Ok
            && message is { Class: StunClass.Request, Method: StunMethod.Binding } && message.Has(StunAttributeType.Username))
        {
            _checks.Add(message.TransactionId);
        }
    }

    /// <inheritdoc/>
    public override void OnReceived(MonotonicTime now, in AgentPacket packet, in DatagramVerdict verdict)
    {
        if (verdict.Kind == VerdictKind.Payload)
        {
            if (!_accepted.Contains((packet.Socket, verdict.Peer)))
            {
                Violate($"data from {verdict.Peer}, which has never shown credentials on {packet.Socket}, reached the application");
            }

            return;
        }

        if (verdict.Kind != VerdictKind.Consumed
            || StunReader.TryParse(packet.Bytes, out StunReader message) != StunParseStatus.Ok
            || message.Method != StunMethod.Binding
            || message.Class == StunClass.Indication)
        {
            return;
        }

        bool ours = _checks.Contains(message.TransactionId);
        if (message.Class == StunClass.Request || ours)
        {
            _accepted.Add((packet.Socket, packet.Peer));
        }

        if (ours && message.Class == StunClass.SuccessResponse)
        {
            _proven.Add((packet.Socket, packet.Peer));
        }
    }

    /// <inheritdoc/>
    public override void OnDataSent(MonotonicTime now, DataRoute route)
    {
        ArgumentNullException.ThrowIfNull(route);
        if (!_proven.Contains((route.Socket, route.Peer)))
        {
            Violate($"data left for {route.Peer}, which has never answered a check on {route.Socket}");
        }
    }
}
