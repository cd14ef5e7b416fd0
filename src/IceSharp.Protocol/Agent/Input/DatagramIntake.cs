using IceSharp.Protocol.Framing;
using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Agent;

/// <summary>Tells the datagrams of an agent's sockets apart: answers of servers, checks and their answers, direct or through a relay, and application data.</summary>
internal sealed class DatagramIntake(AgentContext context, Gatherer gatherer, ServerTasks servers, CheckInitiator initiator, CheckResponder responder, ConsentFreshness consent)
{
    /// <summary>Takes a datagram and says what became of it.</summary>
    public DatagramVerdict Receive(MonotonicTime now, in TransportPath path, ReadOnlySpan<byte> datagram)
    {
        if (context.IsClosed)
        {
            return DatagramVerdict.Dropped(DropReason.Closed);
        }

        if (gatherer.Find(path.Socket) is not { } socket)
        {
            return servers.FindStream(path.Socket) is { } task ? ReceiveFromStream(now, task, path, datagram) : DatagramVerdict.Dropped(DropReason.UnknownSocket);
        }

        if (ReceiveFromServer(now, socket, path, datagram) is { } ofServer)
        {
            return ofServer;
        }

        return socket.IsUsed
            ? ReceiveInner(now, socket.Direct!, path.Remote, datagram, 0, datagram.Length)
            : DatagramVerdict.Dropped(DropReason.Closed);
    }

    // One address may be both STUN and TURN server: each task gets its turn until one recognises the message.
    private DatagramVerdict? ReceiveFromServer(MonotonicTime now, LocalSocket socket, in TransportPath path, ReadOnlySpan<byte> datagram)
    {
        DatagramVerdict? dropped = null;
        foreach (GatheringTask task in socket.Tasks)
        {
            if (task.ServerAddress != path.Remote || !task.Stream.IsNone)
            {
                continue;
            }

            DatagramVerdict verdict = servers.HandleDatagram(now, task, path, datagram);
            switch (verdict.Kind)
            {
                case VerdictKind.Consumed:
                    return verdict;
                case VerdictKind.Payload when task is { RetiredAt: null, RelayBase: { } relay } && socket.IsUsed:
                    return ReceiveInner(now, relay, verdict.Peer, datagram, verdict.PayloadOffset, verdict.PayloadLength);
                default:
                    dropped = verdict;
                    break;
            }
        }

        return dropped;
    }

    // A connection has one server at its end.
    private DatagramVerdict ReceiveFromStream(MonotonicTime now, GatheringTask task, in TransportPath path, ReadOnlySpan<byte> frame)
    {
        DatagramVerdict verdict = servers.HandleDatagram(now, task, path, frame);
        return verdict.Kind == VerdictKind.Payload && task is { RetiredAt: null, RelayBase: { } relay }
            ? ReceiveInner(now, relay, verdict.Peer, frame, verdict.PayloadOffset, verdict.PayloadLength)
            : verdict;
    }

    // What arrived directly, or what a relay unwrapped: checks travel inside too.
    private DatagramVerdict ReceiveInner(
        MonotonicTime now, CandidateBase arrivedAt, TransportAddress source, ReadOnlySpan<byte> datagram, int offset, int length)
    {
        ReadOnlySpan<byte> inner = datagram.Slice(offset, length);
        DropReason reason = DropReason.UnacceptedSource;
        if (!context.IsClosing && StunReader.LooksLikeStun(inner))
        {
            StunParseStatus status = StunReader.TryParse(inner, out StunReader message);
            if (status == StunParseStatus.Ok && message.VerifyFingerprint() == StunFingerprintStatus.Ok)
            {
                return ReceiveStun(now, arrivedAt, source, message);
            }

            reason = status == StunParseStatus.Ok ? DropReason.Fingerprint : DropReason.MalformedStun;
        }

        // What fails the basic checks of STUN may be the application's own (RFC 8489 §6.3), from a source that is known.
        if (context.IsClosing || arrivedAt.AcceptedSources.Find(source) is not { } traffic)
        {
            return DatagramVerdict.Dropped(reason);
        }

        if (context.Options.Demultiplexing == IceDemultiplexing.Rfc7983 && !IsDataByFirstByte(inner))
        {
            return DatagramVerdict.Dropped(reason == DropReason.UnacceptedSource ? DropReason.FirstByte : reason);
        }

        traffic.Count(now, length);
        return DatagramVerdict.Payload(offset, length, arrivedAt.Socket.Stream.Index, arrivedAt.Socket.Component, source);
    }

    // An empty datagram has no first byte that could speak against it.
    private static bool IsDataByFirstByte(ReadOnlySpan<byte> datagram) =>
        datagram.IsEmpty || FirstByte.Classify(datagram[0]) is FirstByteRange.Zrtp or FirstByteRange.Dtls or FirstByteRange.Rtp;

    private DatagramVerdict ReceiveStun(MonotonicTime now, CandidateBase arrivedAt, TransportAddress source, in StunReader message)
    {
        if (message.Method != StunMethod.Binding)
        {
            return DatagramVerdict.Dropped(DropReason.UnexpectedMessage);
        }

        return message.Class switch
        {
            StunClass.Request => responder.HandleRequest(now, arrivedAt, source, message),
            StunClass.Indication => DatagramVerdict.Consumed,
            _ => consent.HandleResponse(now, arrivedAt, source, message) ?? initiator.HandleResponse(now, arrivedAt, source, message),
        };
    }
}
