using System.Globalization;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;

namespace IceSharp.Testing;

/// <summary>One input or output of a recorded machine.</summary>
public sealed record ReplayEntry
{
    /// <summary>What it is.</summary>
    public required ReplayEntryKind Kind { get; init; }

    /// <summary>When, where the entry has a time of its own.</summary>
    public MonotonicTime At { get; init; }

    /// <summary>The socket of a datagram.</summary>
    public SocketHandle Socket { get; init; }

    /// <summary>The other end of a datagram.</summary>
    public TransportAddress Remote { get; init; }

    /// <summary>The bytes of a datagram or of a draw.</summary>
    public ReadOnlyMemory<byte> Bytes { get; init; }

    /// <summary>The verb, the host request or the fact.</summary>
    public string Text { get; init; } = string.Empty;

    /// <summary>The arguments of a verb or the settings, each with its type's name and its value as JSON.</summary>
    public IReadOnlyList<(string Type, string Json)> Arguments { get; init; } = [];

    /// <summary>The answer of gate or filter; whether the settings have a filter.</summary>
    public bool Answer { get; init; }

    /// <summary>When the gate may be open again.</summary>
    public MonotonicTime Next { get; init; }

    /// <summary>The output that was polled in vain.</summary>
    public AgentOutput Output { get; init; }

    /// <summary>What became of a datagram.</summary>
    public VerdictKind Verdict { get; init; }

    /// <summary>Why a datagram was dropped.</summary>
    public DropReason Reason { get; init; }

    /// <summary>A line for people, without passwords and payload.</summary>
    public override string ToString() => Kind switch
    {
        ReplayEntryKind.Received => string.Create(CultureInfo.InvariantCulture, $"{At}  <- {Remote} on {Socket}  {DatagramDescription.Of(Bytes.Span)}"),
        ReplayEntryKind.Transmitted => string.Create(CultureInfo.InvariantCulture, $"{At}  -> {Remote} from {Socket}  {DatagramDescription.Of(Bytes.Span)}"),
        ReplayEntryKind.Judged => Verdict == VerdictKind.Dropped ? $"             dropped: {Reason}" : $"             {Verdict}",
        ReplayEntryKind.Called => $"             call {Text}",
        ReplayEntryKind.Told => $"             {Text}",
        ReplayEntryKind.Requested => $"             asks the host: {Text}",
        ReplayEntryKind.TimedOut => $"{At}  timeout",
        _ => Kind.ToString(),
    };
}
