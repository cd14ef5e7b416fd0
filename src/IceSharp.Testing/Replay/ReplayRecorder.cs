using System.Diagnostics.CodeAnalysis;
using System.Text;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;

namespace IceSharp.Testing;

/// <summary>Writes all inputs and outputs of an agent's machine to a stream or file, so that <see cref="Replay"/> can run it again.</summary>
/// <remarks>
/// The recording is secret: it holds passwords, keys and payload. Set it as <see cref="IceAgentMachineOptions.Journal"/> of one machine, or as the
/// journal of one agent on real sockets, and dispose of it when the agent has ended. Used by one thread at a time.
/// </remarks>
/// <example><code>
/// using ReplayRecorder recorder = ReplayRecorder.ToFile("call.icereplay");
/// await using IceAgent agent = new(new IceAgentOptions { Journal = recorder });
/// </code></example>
[Experimental("ICE0001")]
public sealed class ReplayRecorder : IAgentJournal, IDisposable
{
    private readonly BinaryWriter _writer;
    private readonly Lock _gate = new();
    private MonotonicTime _last;
    private bool _disposed;

    /// <summary>Records to a stream.</summary>
    /// <param name="stream">Where to; closed with the recorder.</param>
    public ReplayRecorder(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _writer = new BinaryWriter(stream, Encoding.UTF8);
        _writer.Write(Encoding.ASCII.GetBytes(ReplayFormat.Header));
    }

    /// <summary>Records to a file, which only its owner may read where the system knows such rights.</summary>
    /// <param name="path">The file, by custom with the ending ".icereplay"; replaced when it exists.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static ReplayRecorder ToFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 65536 };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return new ReplayRecorder(new FileStream(path, options));
    }

    /// <summary>Ends the recording and closes its stream; what the machine does afterwards is not recorded.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (!_disposed)
            {
                _disposed = true;
                _writer.Dispose();
            }
        }
    }

    void IAgentJournal.Created(IceAgentMachineOptions options)
    {
        Begin(ReplayEntryKind.Created, w =>
        {
            w.Write(options.AddressFilter is not null);
            Write(w, ReplayJson.Write(options));
        });
    }

    void IAgentJournal.Called(string verb, params ReadOnlySpan<object?> arguments)
    {
        (string, string)[] written = new (string, string)[arguments.Length];
        for (int i = 0; i < arguments.Length; i++)
        {
            written[i] = ReplayJson.Write(arguments[i]);
        }

        Begin(ReplayEntryKind.Called, w =>
        {
            w.Write(verb);
            w.Write7BitEncodedInt(written.Length);
            foreach ((string, string) argument in written)
            {
                Write(w, argument);
            }
        });
    }

    void IAgentJournal.TimedOut(MonotonicTime now) => Begin(ReplayEntryKind.TimedOut, _ => Write(now));

    void IAgentJournal.Received(MonotonicTime now, in TransportPath path, ReadOnlySpan<byte> datagram) =>
        Datagram(ReplayEntryKind.Received, now, path.Socket, path.Remote, datagram);

    void IAgentJournal.Judged(in DatagramVerdict verdict)
    {
        (VerdictKind kind, DropReason reason) = (verdict.Kind, verdict.Reason);
        Begin(ReplayEntryKind.Judged, w =>
        {
            w.Write7BitEncodedInt((int)kind);
            w.Write7BitEncodedInt((int)reason);
        });
    }

    void IAgentJournal.Drew(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            if (!_disposed)
            {
                _writer.Write((byte)ReplayEntryKind.Drew);
                Write(bytes);
            }
        }
    }

    void IAgentJournal.AskedGate(MonotonicTime now, bool taken, MonotonicTime next) => Begin(ReplayEntryKind.AskedGate, w =>
    {
        Write(now);
        w.Write(taken);
        w.Write7BitEncodedInt64(next.IsNever ? -1 : next.Ticks);
    });

    void IAgentJournal.AskedFilter(LocalInterfaceAddress address, bool isUsed) => Begin(ReplayEntryKind.AskedFilter, w => w.Write(isUsed));

    void IAgentJournal.Transmitted(MonotonicTime now, in Transmit transmit, ReadOnlySpan<byte> datagram) =>
        Datagram(ReplayEntryKind.Transmitted, now, transmit.Socket, transmit.Destination, datagram);

    void IAgentJournal.Requested(IceHostRequest request) => Begin(ReplayEntryKind.Requested, w => w.Write(ReplayText.Of(request)));

    void IAgentJournal.Told(IceAgentEvent fact) => Begin(ReplayEntryKind.Told, w => w.Write(ReplayText.Of(fact)));

    void IAgentJournal.FoundNone(AgentOutput output, MonotonicTime now) => Begin(ReplayEntryKind.FoundNone, w =>
    {
        w.Write((byte)output);
        Write(output == AgentOutput.Transmit ? now : _last);
    });

    private static void Write(BinaryWriter writer, (string Type, string Json) value)
    {
        writer.Write(value.Type);
        writer.Write(value.Json);
    }

    private void Begin(ReplayEntryKind kind, Action<BinaryWriter> write)
    {
        lock (_gate)
        {
            if (!_disposed)
            {
                _writer.Write((byte)kind);
                write(_writer);
            }
        }
    }

    private void Datagram(ReplayEntryKind kind, MonotonicTime now, SocketHandle socket, TransportAddress remote, ReadOnlySpan<byte> datagram)
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }

            _writer.Write((byte)kind);
            Write(now);
            _writer.Write7BitEncodedInt(socket.Id);
            Span<byte> address = stackalloc byte[16];
            Write(address[..remote.Address.WriteTo(address)]);
            _writer.Write(remote.Port);
            Write(datagram);
        }
    }

    // Times hardly differ from one entry to the next: one or a few bytes each.
    private void Write(MonotonicTime now)
    {
        _writer.Write7BitEncodedInt64(now.Ticks - _last.Ticks);
        _last = now;
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        _writer.Write7BitEncodedInt(bytes.Length);
        _writer.Write(bytes);
    }
}
