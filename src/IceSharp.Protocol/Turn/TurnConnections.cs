using System.Diagnostics.CodeAnalysis;
using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Turn;

/// <summary>The TCP connections of an allocation with <see cref="TurnRelayProtocol.Tcp"/>: to peers, and from peers (RFC 6062 §4.3, §4.4).</summary>
/// <remarks>
/// <see cref="TurnEventKind.PeerConnected"/> or <see cref="TurnEventKind.ConnectionAttempted"/> tells that the server holds a connection. The host then opens
/// a second stream to the same server, over the same transport and with the same security, and calls <see cref="Bind"/>; after
/// <see cref="TurnEventKind.ConnectionBound"/> the stream is the peer's, byte by byte. Part of its machine, and as little thread safe as it is.
/// </remarks>
[Experimental("ICE0001")]
public sealed class TurnConnections
{
    /// <summary>Most connections at a time, those that wait for their stream included.</summary>
    public const int MaxConnections = 64;

    private static readonly TimeSpan BindTime = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(10);
    private readonly TurnExchange _exchange;
    private readonly TurnEventQueue _events;
    private readonly TurnLife _life;
    private readonly TurnPermissions _permissions;
    private readonly bool _isTcp;
    private readonly List<TurnConnection> _all = [];

    // Peers that the server could not reach, and until when it is not to be asked again.
    private readonly List<(TransportAddress Peer, MonotonicTime Until)> _unreached = [];

    internal TurnConnections(TurnAllocationSettings settings, TurnExchange exchange, TurnEventQueue events, TurnLife life, TurnPermissions permissions)
    {
        _isTcp = settings.RelayProtocol == TurnRelayProtocol.Tcp;
        _exchange = exchange;
        _events = events;
        _life = life;
        _permissions = permissions;
    }

    /// <summary>Number of connections, those that wait for their stream included.</summary>
    public int Count => _all.Count;

    internal MonotonicTime NextDeadline { get; private set; } = MonotonicTime.Never;

    /// <summary>Asks the server to connect to a peer; <see cref="TurnEventKind.PeerConnected"/> or <see cref="TurnEventKind.ConnectionEnded"/> tells what came of it, after up to 39.5 s.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="peer">The peer's address and port.</param>
    /// <returns>False when there is no TCP allocation, there is a connection to this peer or one is being made, the server could not reach it less than 10 s ago (RFC 6062 §4.3), or <see cref="MaxConnections"/> are there.</returns>
    /// <exception cref="ArgumentException"><paramref name="peer"/> has no address or port.</exception>
    public bool Connect(MonotonicTime now, TransportAddress peer)
    {
        if (peer.Family == IpFamily.None || peer.Port == 0)
        {
            throw new ArgumentException($"'{peer}' is no address to connect to.", nameof(peer));
        }

        peer = peer with { Address = peer.Address.Unmap() };
        _unreached.RemoveAll(u => u.Until <= now);
        if (!_isTcp || _life.State != TurnAllocationState.Allocated || _all.Count >= MaxConnections
            || _all.Exists(c => c.Peer == peer) || _unreached.Exists(u => u.Peer == peer))
        {
            return false;
        }

        TurnConnection connection = new(peer);
        _all.Add(connection);
        _exchange.Enqueue(new TurnRequest(TurnRequestKind.Connect) { Connection = connection });
        return true;
    }

    /// <summary>Binds a stream to a connection that the server holds: ConnectionBind goes out on it.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="connectionId">The number that the event gave.</param>
    /// <param name="stream">A new stream to the same server; everything received on it goes to the machine until the event.</param>
    /// <returns>False when the server holds no such connection (any more), or it has a stream already.</returns>
    /// <exception cref="ArgumentException"><paramref name="stream"/> names none.</exception>
    public bool Bind(MonotonicTime now, uint connectionId, SocketHandle stream)
    {
        if (stream.IsNone)
        {
            throw new ArgumentException("The handle names no stream.", nameof(stream));
        }

        if (_life.State != TurnAllocationState.Allocated || _all.Find(c => c.Id == connectionId && c.Stream.IsNone) is not { } connection
            || connectionId == 0 || now >= connection.BindBy || stream == _exchange.Socket || Owns(stream))
        {
            return false;
        }

        connection.Stream = stream;
        _exchange.Enqueue(new TurnRequest(TurnRequestKind.ConnectionBind) { Connection = connection, Socket = stream });
        return true;
    }

    /// <summary>Forgets a connection; its stream, if it has one, is the host's to close. Does nothing for an unknown one.</summary>
    /// <param name="connectionId">The number that the event gave.</param>
    public void Close(uint connectionId)
    {
        if (connectionId != 0)
        {
            _all.RemoveAll(c => c.Id == connectionId);
            FindNextDeadline();
        }
    }

    internal bool Owns(SocketHandle stream) => _all.Exists(c => c.Stream == stream && !c.Stream.IsNone);

    /// <summary>Takes a success of Connect or ConnectionBind.</summary>
    internal void OnSucceeded(MonotonicTime now, TurnRequest request, in StunReader message)
    {
        TurnConnection connection = request.Connection!;
        if (!_all.Contains(connection))
        {
            return;
        }

        if (request.Kind == TurnRequestKind.ConnectionBind)
        {
            (connection.IsBound, connection.BindBy) = (true, MonotonicTime.Never);
            FindNextDeadline();
            Tell(TurnEventKind.ConnectionBound, connection);
        }
        else if (message.GetUInt32(StunAttributeType.ConnectionId, out uint id) == StunAttributeStatus.Ok && id != 0 && !_all.Exists(c => c.Id == id))
        {
            Offer(now, connection, id, TurnEventKind.PeerConnected);
        }
        else
        {
            End(connection, TurnResult.Because(TurnFailure.MalformedResponse));
        }
    }

    /// <summary>Takes a failure of Connect or ConnectionBind.</summary>
    internal void OnFailed(MonotonicTime now, in TurnResult result)
    {
        TurnConnection connection = result.Request!.Connection!;
        if (result.ErrorCode == TurnErrorCode.ConnectionFailed && _unreached.Count < MaxConnections)
        {
            _unreached.Add((connection.Peer, now + RetryAfter));
        }

        if (_all.Contains(connection))
        {
            End(connection, result);
        }
    }

    /// <summary>Takes a ConnectionAttempt indication; one that makes no sense, or is from a peer without permission, is dropped.</summary>
    internal DatagramVerdict HandleAttempt(MonotonicTime now, in StunReader message)
    {
        if (!_isTcp || _life.State != TurnAllocationState.Allocated)
        {
            return DatagramVerdict.Dropped(DropReason.UnexpectedMessage);
        }

        if (message.GetUInt32(StunAttributeType.ConnectionId, out uint id) != StunAttributeStatus.Ok || id == 0
            || message.GetXorAddress(StunAttributeType.XorPeerAddress, out TransportAddress peer) != StunAttributeStatus.Ok || StunComprehension.HasUnknown(message))
        {
            return DatagramVerdict.Dropped(DropReason.MalformedRelayData);
        }

        peer = peer with { Address = peer.Address.Unmap() };
        if (!_permissions.IsInstalled(peer.Address))
        {
            return DatagramVerdict.Dropped(DropReason.NoPermission);
        }

        if (_all.Count >= MaxConnections || _all.Exists(c => c.Id == id))
        {
            return DatagramVerdict.Dropped(DropReason.LimitReached);
        }

        TurnConnection connection = new(peer);
        _all.Add(connection);
        Offer(now, connection, id, TurnEventKind.ConnectionAttempted);
        return DatagramVerdict.Consumed;
    }

    /// <summary>Takes the end of a stream.</summary>
    /// <returns>False when it is none of these.</returns>
    internal bool HandleStreamClosed(SocketHandle stream)
    {
        TurnConnection? connection = _all.Find(c => c.Stream == stream && !stream.IsNone);
        if (connection is not null)
        {
            End(connection, TurnResult.Because(TurnFailure.StreamClosed));
        }

        return connection is not null;
    }

    internal void HandleTimeout(MonotonicTime now)
    {
        while (now >= NextDeadline && _all.Find(c => c.BindBy <= now) is { } late)
        {
            End(late, TurnResult.Because(TurnFailure.Expired));
        }
    }

    /// <summary>The allocation is gone, and all connections with it.</summary>
    internal void Clear()
    {
        while (_all.Count > 0)
        {
            End(_all[^1], TurnResult.Because(TurnFailure.StreamClosed));
        }
    }

    private void Offer(MonotonicTime now, TurnConnection connection, uint id, TurnEventKind kind)
    {
        (connection.Id, connection.BindBy) = (id, now + BindTime);
        FindNextDeadline();
        Tell(kind, connection);
    }

    private void End(TurnConnection connection, in TurnResult why)
    {
        _all.Remove(connection);
        FindNextDeadline();
        _events.AddAlways(EventOf(TurnEventKind.ConnectionEnded, connection) with { Failure = why.Failure, ErrorCode = why.ErrorCode, ReasonPhrase = why.ReasonPhrase });
    }

    private void Tell(TurnEventKind kind, TurnConnection connection) => _events.AddAlways(EventOf(kind, connection));

    private static TurnEvent EventOf(TurnEventKind kind, TurnConnection connection) =>
        new(kind) { Peer = connection.Peer.Address, PeerPort = connection.Peer.Port, ConnectionId = connection.Id, Socket = connection.Stream };

    private void FindNextDeadline()
    {
        NextDeadline = MonotonicTime.Never;
        foreach (TurnConnection connection in _all)
        {
            NextDeadline = MonotonicTime.Min(NextDeadline, connection.BindBy);
        }
    }
}
