using System.Diagnostics.CodeAnalysis;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.Protocol.Stun;

namespace IceSharp.Testing;

/// <summary>Data leaves only within 30 s after the peer's last authenticated answer on that path (RFC 7675 §5.1).</summary>
[Experimental("ICE0001")]
public sealed class ConsentHeld : AgentInvariant
{
    private static readonly TimeSpan Validity = TimeSpan.FromSeconds(30);

    private readonly HashSet<StunTransactionId> _asked = [];
    private readonly Dictionary<(SocketHandle Socket, TransportAddress Peer), MonotonicTime> _answered = [];

    /// <inheritdoc/>
    public override string Rule => "consent is held";

    /// <inheritdoc/>
    public override void OnSent(MonotonicTime now, in AgentPacket packet)
    {
        if (StunReader.TryParse(packet.Bytes, out StunReader message) == StunParseStatus.Ok && message is { Class: StunClass.Request, Method: StunMethod.Binding })
        {
            _asked.Add(message.TransactionId);
        }
    }

    /// <inheritdoc/>
    public override void OnReceived(MonotonicTime now, in AgentPacket packet, in DatagramVerdict verdict)
    {
        if (verdict.Kind == VerdictKind.Consumed
            && StunReader.TryParse(packet.Bytes, out StunReader message) == StunParseStatus.Ok
            && message.Class == StunClass.SuccessResponse
            && _asked.Contains(message.TransactionId))
        {
            _answered[(packet.Socket, packet.Peer)] = now;
        }
    }

    /// <inheritdoc/>
    public override void OnDataSent(MonotonicTime now, DataRoute route)
    {
        ArgumentNullException.ThrowIfNull(route);
        if (!_answered.TryGetValue((route.Socket, route.Peer), out MonotonicTime last) || now - last > Validity)
        {
            Violate($"data left for {route.Peer} {(now - last).TotalSeconds} s after its last consent");
        }
    }
}
