using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Agent;

/// <summary>Remembers the last inputs and outputs of a machine without secrets: what kind of datagram came from where, what was decided and why. Cheap enough to be always on.</summary>
/// <remarks>
/// Keeps no payload, no credentials and no arguments; it cannot be replayed. Remembering allocates nothing. Not thread safe: read it on
/// the thread that runs the machine.
/// </remarks>
[Experimental("ICE0001")]
public sealed class AgentFlightRecorder : IAgentJournal
{
    private readonly Entry[] _entries;
    private readonly IAgentJournal? _next;
    private long _count;
    private MonotonicTime _now;
    private Entry _received;

    /// <summary>Creates an empty recorder.</summary>
    /// <param name="capacity">Entries that it remembers, 1 to 65,536; the oldest gives way.</param>
    /// <param name="next">A journal that is told everything too; null for none.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="capacity"/> is outside its range.</exception>
    public AgentFlightRecorder(int capacity = 256, IAgentJournal? next = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, 65_536);
        _entries = new Entry[capacity];
        _next = next;
    }

    /// <summary>Entries so far, forgotten ones included.</summary>
    public long Count => _count;

    /// <summary>What it remembers, oldest first, a line an entry.</summary>
    public override string ToString()
    {
        StringBuilder text = new();
        for (long i = Math.Max(0, _count - _entries.Length); i < _count; i++)
        {
            text.Append(_entries[i % _entries.Length].ToString()).Append('\n');
        }

        return text.ToString();
    }

    void IAgentJournal.Created(IceAgentMachineOptions options) => _next?.Created(options);

    void IAgentJournal.Called(string verb, params ReadOnlySpan<object?> arguments)
    {
        _next?.Called(verb, arguments);
        if (verb != nameof(IceAgentMachine.ReportDataSent))
        {
            Add(new Entry { At = _now = arguments.Length > 0 && arguments[0] is MonotonicTime now ? now : _now, What = verb });
        }
    }

    void IAgentJournal.TimedOut(MonotonicTime now)
    {
        _next?.TimedOut(now);
        _now = now;
    }

    void IAgentJournal.Received(MonotonicTime now, in TransportPath path, ReadOnlySpan<byte> datagram)
    {
        _next?.Received(now, path, datagram);
        _now = now;
        _received = Entry.Of(now, isSent: false, path.Socket, path.Remote, datagram);
    }

    void IAgentJournal.Judged(in DatagramVerdict verdict)
    {
        _next?.Judged(verdict);
        if (verdict.Kind != VerdictKind.Payload)
        {
            // Data that arrives as it should would push everything else out.
            _received.Drop = verdict.Reason;
            Add(_received);
        }
    }

    void IAgentJournal.Drew(ReadOnlySpan<byte> bytes) => _next?.Drew(bytes);

    void IAgentJournal.AskedGate(MonotonicTime now, bool taken, MonotonicTime next) => _next?.AskedGate(now, taken, next);

    void IAgentJournal.AskedFilter(LocalInterfaceAddress address, bool isUsed) => _next?.AskedFilter(address, isUsed);

    void IAgentJournal.Transmitted(MonotonicTime now, in Transmit transmit, ReadOnlySpan<byte> datagram)
    {
        _next?.Transmitted(now, transmit, datagram);
        Add(Entry.Of(now, isSent: true, transmit.Socket, transmit.Destination, datagram));
    }

    void IAgentJournal.Requested(IceHostRequest request)
    {
        _next?.Requested(request);
        Add(new Entry { At = _now, What = request.GetType().Name });
    }

    void IAgentJournal.Told(IceAgentEvent fact)
    {
        _next?.Told(fact);
        Add(new Entry { At = _now, Fact = fact });
    }

    void IAgentJournal.FoundNone(AgentOutput output, MonotonicTime now) => _next?.FoundNone(output, now);

    private void Add(in Entry entry) => _entries[_count++ % _entries.Length] = entry;

    private struct Entry
    {
        public MonotonicTime At;
        public DropReason Drop;
        public string? What;
        public IceAgentEvent? Fact;
        private bool _isSent;
        private SocketHandle _socket;
        private TransportAddress _remote;
        private int _length;
        private bool _isStun;
        private StunMethod _method;
        private StunClass _class;

        public static Entry Of(MonotonicTime now, bool isSent, SocketHandle socket, TransportAddress remote, ReadOnlySpan<byte> datagram)
        {
            Entry entry = new() { At = now, _isSent = isSent, _socket = socket, _remote = remote, _length = datagram.Length };
            if (StunReader.TryParse(datagram, out StunReader message) == StunParseStatus.Ok)
            {
                (entry._isStun, entry._method, entry._class) = (true, message.Method, message.Class);
            }

            return entry;
        }

        public override readonly string ToString()
        {
            if (What is not null)
            {
                return $"{At}  {What}";
            }

            if (Fact is not null)
            {
                return $"{At}  {Describe(Fact)}";
            }

            string kind = _isStun ? $"{_method} {_class}" : "data";
            string dropped = Drop == DropReason.None ? string.Empty : $", dropped: {Drop}";
            return string.Create(CultureInfo.InvariantCulture, $"{At}  {(_isSent ? "->" : "<-")} {_remote} on {_socket}  {kind} {_length} B{dropped}");
        }

        // Candidates and reasons; what a fact carries beyond them is not for a log.
        private static string Describe(IceAgentEvent fact) => fact switch
        {
            PairStateChanged changed => $"pair {changed.Pair.Local.Address} - {changed.Pair.Remote.Address}: {changed.Previous} -> {changed.Pair.State}: {changed.Reason}",
            ConnectionStateChanged changed => $"{changed.Previous} -> {changed.State}: {changed.Reason}",
            StreamFailed failed => failed.Reason,
            RoleChanged changed => $"{changed.Role}: {changed.Reason}",
            _ => fact.GetType().Name,
        };
    }
}
