using System.Buffers.Binary;
using IceSharp.Protocol;
using IceSharp.Protocol.Stun;

namespace IceSharp.Testing;

/// <summary>Connect, ConnectionAttempt and ConnectionBind (RFC 6062 §5.2-5.5). The bytes of a bound connection are the host's to copy.</summary>
internal sealed class PeerConnections(PeerRules peers, RelayAddressBook addresses, ServerResponses responses, ServerOutbox outbox, ServerNotices notices, IRandomSource random)
{
    private const int MaxConnections = 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly List<PeerConnection> _all = [];

    public MonotonicTime NextExpiry => _all.Count == 0 ? MonotonicTime.Never : _all.Min(c => c.GiveUpAt);

    public IEnumerable<PeerConnection> Of(Allocation allocation) => _all.Where(c => c.Allocation == allocation);

    public void Connect(MonotonicTime now, in ServerRequest request, in StunReader message, Allocation allocation)
    {
        bool complete = message.GetXorAddress(StunAttributeType.XorPeerAddress, out TransportAddress peer) == StunAttributeStatus.Ok && peer.Port != 0;
        int error = !complete || !allocation.IsTcp ? 400
            : !allocation.TryFindRelay(peer.Family, out ServerRelay? relay) ? 443
            : peers.Forbids(peer.Address) ? 403
            : _all.Exists(c => c.Allocation == allocation && c.Peer == peer) ? 446
            : _all.Count >= MaxConnections ? 508
            : Begin(now, request, allocation, relay, peer);
        if (error != 0)
        {
            responses.Error(now, request, error);
        }
    }

    /// <summary>Takes the host's word on a connection that it was asked for.</summary>
    public void Connected(MonotonicTime now, SocketHandle stream, bool succeeded)
    {
        if (_all.Find(c => c.Stream == stream && c.Connect is not null) is not { } connection)
        {
            return;
        }

        if (!succeeded)
        {
            _all.Remove(connection);
            responses.Error(now, connection.Connect!.Value, 447);
            return;
        }

        StunWriter writer = responses.Success(connection.Connect!.Value, out byte[] buffer);
        writer.AddUInt32(StunAttributeType.ConnectionId, connection.Id);
        responses.Send(now, connection.Connect.Value, ref writer, buffer);
        connection.Connect = null;
        connection.GiveUpAt = now + Patience;
    }

    /// <summary>A peer has connected: let in with a name for the connection, or not (RFC 6062 §5.3).</summary>
    public SocketHandle Accept(MonotonicTime now, Allocation allocation, TransportAddress peer)
    {
        if (!allocation.IsOpen || !allocation.IsTcp || !allocation.Permissions.Admits(now, peer.Address) || peers.Forbids(peer.Address) || _all.Count >= MaxConnections)
        {
            return default;
        }

        PeerConnection connection = new(allocation, peer, addresses.NewHandle(), NewId()) { GiveUpAt = now + Patience };
        _all.Add(connection);
        byte[] buffer = ServerOutbox.Rent(128);
        StunWriter writer = new(buffer, StunMethod.ConnectionAttempt, StunClass.Indication, StunTransactionId.Create(random));
        writer.AddXorAddress(StunAttributeType.XorPeerAddress, peer);
        writer.AddUInt32(StunAttributeType.ConnectionId, connection.Id);
        outbox.Commit(allocation.FiveTuple.Listener, allocation.FiveTuple.Client, buffer, writer.Length);
        return connection.Stream;
    }

    public void Bind(MonotonicTime now, in ServerRequest request, in StunReader message)
    {
        bool complete = addresses.TransportOf(request.FiveTuple.Listener) != ServerTransport.Udp
            & message.GetUInt32(StunAttributeType.ConnectionId, out uint id) == StunAttributeStatus.Ok;
        PeerConnection? connection = complete ? _all.Find(c => c.Id == id && c.Connect is null && c.Client is null) : null;
        int error = connection is null ? 400 : connection.Allocation.Username != request.Username ? 441 : 0;
        if (error != 0)
        {
            responses.Error(now, request, error);
            return;
        }

        (connection!.Client, connection.GiveUpAt) = (request.FiveTuple, MonotonicTime.Never);
        StunWriter writer = responses.Success(request, out byte[] buffer);
        responses.Send(now, request, ref writer, buffer);
        notices.Ask(new JoinStreams(connection.Stream, request.FiveTuple.Listener, request.FiveTuple.Client));
    }

    /// <summary>A client's connection has ended, and with it the one to the peer that it was joined to (RFC 6062 §5.5).</summary>
    public bool ClientClosed(FiveTuple client) => _all.Find(c => c.Client == client) is { } connection && Close(connection);

    public void PeerClosed(SocketHandle stream)
    {
        if (_all.Find(c => c.Stream == stream) is { } connection)
        {
            Close(connection);
        }
    }

    public void CloseAll(Allocation allocation) => _all.FindAll(c => c.Allocation == allocation).ForEach(c => Close(c));

    public void Expire(MonotonicTime now)
    {
        if (_all.Count > 0)
        {
            GiveUp(now);
        }
    }

    // Apart from its caller, which runs for each datagram: a closure is allocated where a method begins.
    private void GiveUp(MonotonicTime now)
    {
        foreach (PeerConnection late in _all.FindAll(c => c.GiveUpAt <= now))
        {
            if (late.Connect is { } request)
            {
                responses.Error(now, request, 447);
            }

            Close(late);
        }
    }

    private int Begin(MonotonicTime now, in ServerRequest request, Allocation allocation, ServerRelay relay, TransportAddress peer)
    {
        PeerConnection connection = new(allocation, peer, addresses.NewHandle(), NewId()) { Connect = request, GiveUpAt = now + Patience };
        _all.Add(connection);
        notices.Ask(new ConnectPeer(connection.Stream, relay.Address, peer));
        return 0;
    }

    private bool Close(PeerConnection connection)
    {
        _all.Remove(connection);
        notices.Ask(new CloseRelaySocket(connection.Stream));
        if (connection.Client is { } client)
        {
            notices.Ask(new CloseClientStream(client.Listener, client.Client));
        }

        return true;
    }

    private uint NewId()
    {
        Span<byte> bytes = stackalloc byte[4];
        uint id;
        do
        {
            random.Fill(bytes);
            id = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        }
        while (id == 0 || _all.Exists(c => c.Id == id));
        return id;
    }
}
