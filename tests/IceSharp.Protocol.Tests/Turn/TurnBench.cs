using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Credentials;
using IceSharp.Protocol.Tests.Transactions;
using IceSharp.Protocol.Turn;

namespace IceSharp.Protocol.Tests.Turn;

/// <summary>A machine, its clock, and the hand that writes the server's answers.</summary>
internal sealed class TurnBench : IDisposable
{
    public const string Realm = "example.org";
    public const string PlainNonce = "f//499k954d6OL34oL9FSTvy64sA";
    public const string CookieNonce = "obMatJos2gAAAadl7W7PeDU4hKE72jda";

    public static readonly SocketHandle Socket = new(5);
    public static readonly TransportAddress Server = TransportAddress.Parse("192.0.2.5:3478");
    public static readonly TransportAddress Relayed = TransportAddress.Parse("192.0.2.15:50000");
    public static readonly TransportAddress Mapped = TransportAddress.Parse("192.0.2.1:7000");
    public static readonly TransportPath FromServer = new(Socket, Server);

    private readonly byte[] _buffer = new byte[1500];
    private readonly StunIntegrityKey _md5Key = StunIntegrityKey.LongTermMd5("George", Realm, "secret");
    private readonly StunIntegrityKey _sha256Key = StunIntegrityKey.LongTermSha256("George", Realm, "secret");

    public TurnBench(TurnAllocationSettings? settings = null, bool withCredential = true, TurnServerMemory? memory = null, params string[] random)
    {
        Random = new ScriptedRandomSource(random);
        Machine = new TurnAllocationMachine(
            settings ?? new TurnAllocationSettings(), withCredential ? new LongTermCredential("George", "secret") : null, Server, Socket, Random, memory: memory);
    }

    public delegate void Attributes(ref StunWriter writer);

    public ScriptedRandomSource Random { get; }

    public TurnAllocationMachine Machine { get; }

    public double Milliseconds { get; private set; }

    public MonotonicTime Now => MonotonicTime.Zero + TimeSpan.FromTicks((long)Math.Round(Milliseconds * TimeSpan.TicksPerMillisecond));

    public double? NextTimeout => Machine.NextTimeout.At.IsNever ? null : (Machine.NextTimeout.At - MonotonicTime.Zero).TotalMilliseconds;

    public void Dispose()
    {
        Machine.Dispose();
        _md5Key.Dispose();
        _sha256Key.Dispose();
    }

    /// <summary>Moves the clock through all deadlines up to a time; what is sent goes to the sink.</summary>
    public void Advance(double milliseconds, Action<byte[]>? sent = null)
    {
        while (NextTimeout is { } next && next <= milliseconds)
        {
            Milliseconds = next;
            Machine.HandleTimeout(Now);
            while (Next() is { } datagram)
            {
                sent?.Invoke(datagram);
            }
        }

        Milliseconds = milliseconds;
    }

    /// <summary>The next datagram, with new transactions let through.</summary>
    public byte[]? Next()
    {
        while (Machine.HasPendingStart)
        {
            Machine.StartPending(Now);
        }

        if (!Machine.TryGetTransmit(Now, _buffer, out Transmit transmit))
        {
            return null;
        }

        transmit.Socket.Should().Be(Socket);
        transmit.Destination.Should().Be(Server);
        return _buffer[..transmit.Length];
    }

    public DatagramVerdict Receive(byte[] datagram) => Machine.HandleDatagram(Now, FromServer, datagram);

    public List<TurnEvent> Events()
    {
        List<TurnEvent> events = [];
        while (Machine.TryGetEvent(out TurnEvent fact))
        {
            events.Add(fact);
        }

        return events;
    }

    public static byte[] Challenge(byte[] request, int code = 401, string nonce = PlainNonce, string realm = Realm, params StunPasswordAlgorithm[] algorithms) =>
        Respond(request, StunClass.ErrorResponse, (ref StunWriter w) =>
        {
            w.AddErrorCode(code, "challenge");
            w.AddText(StunAttributeType.Realm, realm);
            w.AddText(StunAttributeType.Nonce, nonce);
            if (algorithms.Length > 0)
            {
                w.AddPasswordAlgorithms(algorithms);
            }
        });

    public static byte[] Unsigned(byte[] request, int code) =>
        Respond(request, StunClass.ErrorResponse, (ref StunWriter w) => w.AddErrorCode(code, "error"));

    public byte[] Error(byte[] request, int code, params StunAttributeType[] unknown) =>
        Respond(request, StunClass.ErrorResponse, (ref StunWriter w) =>
        {
            w.AddErrorCode(code, "error");
            if (unknown.Length > 0)
            {
                w.AddUnknownAttributes(unknown);
            }

            w.AddIntegrity(_md5Key);
        });

    public byte[] Success(byte[] request, Attributes? attributes = null) =>
        Respond(request, StunClass.SuccessResponse, (ref StunWriter w) =>
        {
            attributes?.Invoke(ref w);
            w.AddIntegrity(_md5Key);
        });

    public byte[] Allocation(byte[] request, uint lifetime = 600) => Success(request, (ref StunWriter w) =>
    {
        w.AddXorAddress(StunAttributeType.XorRelayedAddress, Relayed);
        w.AddXorAddress(StunAttributeType.XorMappedAddress, Mapped);
        w.AddUInt32(StunAttributeType.Lifetime, lifetime);
    });

    public byte[] Refreshed(byte[] request, uint lifetime = 600) =>
        Success(request, (ref StunWriter w) => w.AddUInt32(StunAttributeType.Lifetime, lifetime));

    public static byte[] Data(string peer, byte[] data) =>
        Message(StunMethod.Data, StunClass.Indication, new StunTransactionId(1, 2), (ref StunWriter w) =>
        {
            w.AddXorAddress(StunAttributeType.XorPeerAddress, TransportAddress.Parse(peer));
            w.AddBytes(StunAttributeType.Data, data);
        });

    /// <summary>Starts, answers the challenge and grants the allocation: time stands still.</summary>
    public void Allocate(uint lifetime = 600)
    {
        Machine.Start(Now);
        Receive(Challenge(Next()!)).Kind.Should().Be(VerdictKind.Consumed);
        Receive(Allocation(Next()!, lifetime)).Kind.Should().Be(VerdictKind.Consumed);
        Machine.State.Should().Be(TurnAllocationState.Allocated);
        Events().Should().ContainSingle().Which.Kind.Should().Be(TurnEventKind.Allocated);
    }

    /// <summary>Asks for permissions and grants them.</summary>
    public void Permit(params string[] peers)
    {
        foreach (string peer in peers)
        {
            Machine.RequestPermission(Now, IpAddress.Parse(peer)).Should().BeTrue();
        }

        Receive(Success(Next()!));
        Events().Select(e => e.Peer.ToString()).Should().Equal(peers);
    }

    public static byte[] Respond(byte[] request, StunClass @class, Attributes attributes)
    {
        StunReader.TryParse(request, out StunReader reader).Should().Be(StunParseStatus.Ok);
        return Message(reader.Method, @class, reader.TransactionId, attributes);
    }

    public static byte[] Message(StunMethod method, StunClass @class, StunTransactionId id, Attributes attributes)
    {
        byte[] buffer = new byte[2048];
        StunWriter writer = new(buffer, method, @class, id);
        attributes(ref writer);
        return writer.Written.ToArray();
    }

    public static StunMethod MethodOf(byte[] request)
    {
        StunReader.TryParse(request, out StunReader reader).Should().Be(StunParseStatus.Ok);
        return reader.Method;
    }

    public static bool Has(byte[] request, StunAttributeType type)
    {
        StunReader.TryParse(request, out StunReader reader).Should().Be(StunParseStatus.Ok);
        return reader.Has(type);
    }

    public static uint? LifetimeOf(byte[] request)
    {
        StunReader.TryParse(request, out StunReader reader).Should().Be(StunParseStatus.Ok);
        return reader.GetUInt32(StunAttributeType.Lifetime, out uint seconds) == StunAttributeStatus.Ok ? seconds : null;
    }

    public static List<string> PeersOf(byte[] request)
    {
        StunReader.TryParse(request, out StunReader reader).Should().Be(StunParseStatus.Ok);
        List<string> peers = [];
        foreach (StunAttribute attribute in reader)
        {
            if (attribute.Type == StunAttributeType.XorPeerAddress)
            {
                attribute.ReadXorAddress(reader.TransactionId, out TransportAddress peer).Should().Be(StunAttributeStatus.Ok);
                peers.Add(peer.Address.ToString());
            }
        }

        return peers;
    }
}
