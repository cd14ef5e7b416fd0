using System.Diagnostics.CodeAnalysis;
using IceSharp.Protocol;
using IceSharp.Protocol.Stun;

namespace IceSharp.Testing;

/// <summary>New transactions of gathering and checking leave at least Ta apart (RFC 8445 §14.2).</summary>
/// <remarks>Not counted: what keeps alive what stands already (consent on a proven path, keepalives to a server that has answered), and permissions, channels and refreshes of a relay.</remarks>
[Experimental("ICE0001")]
public sealed class PacedTransactions : AgentInvariant
{
    private readonly TimeSpan _ta;
    private readonly HashSet<StunTransactionId> _known = [];
    private readonly Dictionary<StunTransactionId, (SocketHandle Socket, TransportAddress Peer)> _open = [];
    private readonly HashSet<(SocketHandle Socket, TransportAddress Peer)> _answered = [];
    private MonotonicTime? _last;

    /// <summary>Creates the invariant.</summary>
    /// <param name="ta">The agent's own proposal: the peer's can only make it longer.</param>
    public PacedTransactions(TimeSpan ta) => _ta = ta;

    /// <inheritdoc/>
    public override string Rule => "a new transaction each Ta";

    /// <inheritdoc/>
    public override void OnSent(MonotonicTime now, in AgentPacket packet)
    {
        if (StunReader.TryParse(packet.Bytes, out StunReader message) != StunParseStatus.Ok
            || message.Class != StunClass.Request
            || message.Method is not (StunMethod.Binding or StunMethod.Allocate)
            || !_known.Add(message.TransactionId))
        {
            return;
        }

        bool keepsAlive = message.Method == StunMethod.Binding && !message.Has(StunAttributeType.UseCandidate) && _answered.Contains((packet.Socket, packet.Peer));
        _open[message.TransactionId] = (packet.Socket, packet.Peer);
        if (keepsAlive)
        {
            return;
        }

        if (_last is { } last && now - last < _ta)
        {
            Violate($"a {message.Method} request left {(now - last).TotalMilliseconds} ms after the last one, Ta is {_ta.TotalMilliseconds} ms");
        }

        _last = now;
    }

    /// <inheritdoc/>
    public override void OnReceived(MonotonicTime now, in AgentPacket packet, in DatagramVerdict verdict)
    {
        if (verdict.Kind == VerdictKind.Consumed
            && StunReader.TryParse(packet.Bytes, out StunReader message) == StunParseStatus.Ok
            && message.Class == StunClass.SuccessResponse
            && _open.Remove(message.TransactionId, out (SocketHandle, TransportAddress) path))
        {
            _answered.Add(path);
        }
    }
}
