using System.Text;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Tests.Agent;

/// <summary>One agent whose peer is the test itself: it reads what the agent sends, and sends what it likes, right or wrong.</summary>
internal sealed class CheckBench : IDisposable
{
    public const string PeerPassword = "thePasswordOfThePeer+123";

    /// <summary>A controlling agent that leaves its pairs valid and nominates none.</summary>
    public static readonly IceAgentMachineOptions NeverNominating = new() { Role = IceRole.Controlling, Nomination = new NoNomination() };

    private readonly Dictionary<SocketHandle, TransportAddress> _sockets = [];
    private readonly string[] _addresses;
    private ushort _nextPort = 50000;
    private int _nextId;

    public CheckBench(IceAgentMachineOptions? options = null, string[]? addresses = null, int components = 1, int streams = 1, IPacingGate? gate = null, string seed = "bench")
    {
        _addresses = addresses ?? ["10.0.1.5"];
        Machine = new IceAgentMachine(options ?? new IceAgentMachineOptions { Role = IceRole.Controlling }, new TestRandom(seed), gate ?? new IntervalPacingGate());
        for (int i = 0; i < streams; i++)
        {
            Machine.AddDataStream($"s{i}", components);
        }

        Machine.StartGathering(Now);
        Drain();
    }

    public IceAgentMachine Machine { get; }

    public MonotonicTime Now { get; private set; }

    public double Milliseconds => (Now - MonotonicTime.Zero).TotalMilliseconds;

    public List<SentDatagram> Sent { get; } = [];

    public List<IceAgentEvent> Events { get; } = [];

    /// <summary>Binding requests sent so far, copies included.</summary>
    public IReadOnlyList<SentDatagram> Checks => [.. Sent.Where(s => s.Message.IsRequest)];

    public IceCandidatePairInfo Pair => Machine.GetPairs(0).Should().ContainSingle().Subject;

    public IReadOnlyList<TransportAddress> LocalAddresses => [.. _sockets.Values];

    public static TransportAddress Address(string ip, int port = 4000) => new(IpAddress.Parse(ip), (ushort)port);

    public static IceCandidate Candidate(string ip, int component = 1, int preference = 65535, IceCandidateType type = IceCandidateType.Host, int port = 4000, string? foundation = null) => new()
    {
        Foundation = foundation ?? $"{(int)type}{ip.Replace('.', '+').Replace(':', '+')}",
        Component = component,
        Priority = IcePriority.Candidate(type, preference, component),
        Address = Address(ip, port + component - 1),
        Type = type,
    };

    /// <summary>The peer's description.</summary>
    public IceDescription Description(IceCandidate[] candidates, string[]? options = null, bool isLite = false, int? pacing = null, int streams = 1) => new()
    {
        Options = options ?? ["ice2"],
        IsLite = isLite,
        PacingMilliseconds = pacing,
        Streams = [.. Enumerable.Range(0, streams).Select(i => new IceStreamDescription { Mid = $"s{i}", Ufrag = "peer", Password = PeerPassword, Candidates = candidates, EndOfCandidates = true })],
    };

    public CheckBench Tell(params IceCandidate[] candidates) => Tell(Description(candidates));

    public CheckBench Tell(IceDescription description)
    {
        Machine.SetRemoteDescription(Now, description);
        Drain();
        return this;
    }

    /// <summary>Lets time pass, doing what is due on the way.</summary>
    public CheckBench Run(double milliseconds)
    {
        MonotonicTime end = Now + TimeSpan.FromMilliseconds(milliseconds);
        for (int steps = 0; Machine.NextTimeout.At <= end; steps++)
        {
            steps.Should().BeLessThan(100_000, "a machine should not spin");
            Now = MonotonicTime.Max(Now, Machine.NextTimeout.At);
            Machine.HandleTimeout(Now);
            Drain();
        }

        Now = end;
        return this;
    }

    /// <summary>Answers a check of the agent, by default as a good peer does.</summary>
    public DatagramVerdict Answer(
        SentDatagram check, int error = 0, TransportAddress? mapped = null, TransportAddress? source = null, string? password = PeerPassword, bool fingerprint = true,
        StunAttributeType? attribute = null, bool withMapped = true, SocketHandle? socket = null)
    {
        var buffer = new byte[400];
        StunClass kind = error == 0 ? StunClass.SuccessResponse : StunClass.ErrorResponse;
        var writer = new StunWriter(buffer, StunMethod.Binding, kind, check.Message.Id);
        if (error != 0)
        {
            writer.AddErrorCode(error, "as the test wants");
        }
        else if (withMapped)
        {
            writer.AddXorAddress(StunAttributeType.XorMappedAddress, mapped ?? check.From);
        }
        else
        {
            writer.AddAddress(StunAttributeType.MappedAddress, mapped ?? check.From);
        }

        Finish(ref writer, password, attribute, fingerprint);
        return Deliver(writer.Written, source ?? check.To, socket ?? check.Socket);
    }

    /// <summary>Answers each check that was sent since the last call of <see cref="Sent"/>'s Clear, once.</summary>
    public void AnswerAll(Func<SentDatagram, bool>? which = null)
    {
        foreach (SentDatagram check in Checks.DistinctBy(c => c.Message.Id).Where(c => which?.Invoke(c) != false).ToArray())
        {
            Answer(check);
        }
    }

    /// <summary>Sends a check to the agent.</summary>
    /// <returns>What the agent answered; null when nothing.</returns>
    public Reading? Check(
        string from, int port = 4000, bool useCandidate = false, ulong? controlling = null, ulong? controlled = null, uint? priority = 1862270975, string? username = null,
        string? password = "", string? id = null, int stream = 0, int at = 0, uint? nomination = null, StunAttributeType? attribute = null, bool fingerprint = true)
    {
        IceStreamDescription own = Machine.CreateLocalDescription().Streams[stream];
        var buffer = new byte[700];
        var transaction = StunTransactionId.Create(new TestRandom(id ?? $"check {_nextId++}"));
        var writer = new StunWriter(buffer, StunMethod.Binding, StunClass.Request, transaction);
        if (username != "none")
        {
            writer.AddText(StunAttributeType.Username, username ?? $"{own.Ufrag}:peer");
        }

        if (priority is { } value)
        {
            writer.AddUInt32(StunAttributeType.Priority, value);
        }

        if (controlling is { } one)
        {
            writer.AddUInt64(StunAttributeType.IceControlling, one);
        }

        if (controlled is { } two)
        {
            writer.AddUInt64(StunAttributeType.IceControlled, two);
        }

        if (useCandidate)
        {
            writer.AddFlag(StunAttributeType.UseCandidate);
        }

        if (nomination is { } number)
        {
            writer.AddNomination(number);
        }

        Finish(ref writer, password?.Length == 0 ? own.Password : password, attribute, fingerprint);
        int before = Sent.Count;
        LastVerdict = Deliver(writer.Written, Address(from, port), _sockets.Keys.ElementAt(at));
        return Sent.Skip(before).FirstOrDefault(s => s.Message.Id == transaction)?.Message;
    }

    public DatagramVerdict LastVerdict { get; private set; }

    public DatagramVerdict Deliver(ReadOnlySpan<byte> datagram, TransportAddress from, SocketHandle? socket = null)
    {
        DatagramVerdict verdict = Machine.HandleDatagram(Now, new TransportPath(socket ?? _sockets.Keys.First(), from), datagram);
        Drain();
        return verdict;
    }

    public SocketHandle Socket(int index) => _sockets.Keys.ElementAt(index);

    public void Drain()
    {
        byte[] buffer = new byte[1500];
        bool more = true;
        while (more)
        {
            more = false;
            while (Machine.TryGetTransmit(Now, buffer, out Transmit transmit))
            {
                Sent.Add(new SentDatagram(Now, transmit.Socket, _sockets[transmit.Socket], transmit.Destination, buffer[..transmit.Length]));
            }

            while (Machine.TryGetHostRequest(out IceHostRequest? request))
            {
                more = true;
                Answer(request);
            }

            while (Machine.TryGetEvent(out IceAgentEvent? fact))
            {
                Events.Add(fact);
            }
        }
    }

    public void Dispose() => Machine.Dispose();

    private static void Finish(ref StunWriter writer, string? password, StunAttributeType? attribute, bool fingerprint)
    {
        if (attribute is { } type)
        {
            writer.AddUInt32(type, 1);
        }

        if (password is not null)
        {
            using var key = StunIntegrityKey.ShortTerm(password);
            writer.AddIntegrity(key);
        }

        if (fingerprint)
        {
            writer.AddFingerprint();
        }
    }

    private void Answer(IceHostRequest request)
    {
        switch (request)
        {
            case ListInterfacesRequest list:
                Machine.HandleHostAnswer(Now, new InterfacesListed(list.Id, [.. _addresses.Select(a => new LocalInterfaceAddress("test0", IpAddress.Parse(a)))]));
                break;
            case BindUdpRequest bind:
                var address = new TransportAddress(bind.LocalAddress.Address, _nextPort++);
                _sockets.Add(bind.Socket, address);
                Machine.HandleHostAnswer(Now, new SocketBound(bind.Id, address));
                break;
            case CloseSocketRequest or ConnectRequest:
                break;
            default:
                throw new NotSupportedException(request.ToString());
        }
    }

    internal sealed record SentDatagram(MonotonicTime At, SocketHandle Socket, TransportAddress From, TransportAddress To, byte[] Bytes)
    {
        public Reading Message { get; } = new(Bytes);

        public double Milliseconds => (At - MonotonicTime.Zero).TotalMilliseconds;
    }

    private sealed class NoNomination : IceNominationPolicy
    {
        public override MonotonicTime NominateAt(NominationEvidence evidence) => MonotonicTime.Never;
    }

    /// <summary>A message in parts.</summary>
    internal sealed class Reading
    {
        private readonly byte[] _bytes;

        public Reading(byte[] bytes)
        {
            _bytes = bytes;
            if (StunReader.TryParse(bytes, out StunReader message) != StunParseStatus.Ok)
            {
                return;
            }

            Class = message.Class;
            Id = message.TransactionId;
            IsRequest = message is { Class: StunClass.Request, Method: StunMethod.Binding };
            ErrorCode = message.GetErrorCode(out int code, out _) == StunAttributeStatus.Ok ? code : 0;
            Mapped = message.GetXorAddress(StunAttributeType.XorMappedAddress, out TransportAddress mapped) == StunAttributeStatus.Ok ? mapped : null;
            Priority = message.GetUInt32(StunAttributeType.Priority, out uint priority) == StunAttributeStatus.Ok ? priority : null;
            Controlling = message.GetUInt64(StunAttributeType.IceControlling, out ulong controlling) == StunAttributeStatus.Ok ? controlling : null;
            Controlled = message.GetUInt64(StunAttributeType.IceControlled, out ulong controlled) == StunAttributeStatus.Ok ? controlled : null;
            Nomination = message.GetUInt32(StunAttributeType.Nomination, out uint nomination) == StunAttributeStatus.Ok ? nomination : null;
            Nominates = message.Has(StunAttributeType.UseCandidate);
            Username = message.GetText(StunAttributeType.Username, out ReadOnlySpan<byte> text) == StunAttributeStatus.Ok ? Encoding.UTF8.GetString(text) : null;
            HasIntegrity = message.HasIntegrity;
            HasIntegritySha256 = message.HasIntegritySha256;
            HasFingerprint = message.VerifyFingerprint() == StunFingerprintStatus.Ok;
            foreach (StunAttribute attribute in message)
            {
                Types.Add(attribute.Type);
            }
        }

        public StunClass Class { get; }

        public StunTransactionId Id { get; }

        public bool IsRequest { get; }

        public bool IsSuccess => Class == StunClass.SuccessResponse;

        public int ErrorCode { get; }

        public TransportAddress? Mapped { get; }

        public uint? Priority { get; }

        public ulong? Controlling { get; }

        public ulong? Controlled { get; }

        public uint? Nomination { get; }

        public bool Nominates { get; }

        public string? Username { get; }

        public bool HasIntegrity { get; }

        public bool HasIntegritySha256 { get; }

        public bool HasFingerprint { get; }

        public int Length => _bytes.Length;

        public List<StunAttributeType> Types { get; } = [];

        public bool IsKeyedWith(string password)
        {
            using var key = StunIntegrityKey.ShortTerm(password);
            StunReader.TryParse(_bytes, out StunReader message);
            return message.VerifyIntegrity(key) == StunIntegrityStatus.Ok;
        }
    }
}
