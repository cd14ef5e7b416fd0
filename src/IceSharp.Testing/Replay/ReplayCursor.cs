using IceSharp.Protocol;
using IceSharp.Protocol.Agent;

namespace IceSharp.Testing;

/// <summary>A place in a recording; plays the random source, the gate and the filter of the machine that is run again.</summary>
internal sealed class ReplayCursor(IReadOnlyList<ReplayEntry> entries) : IRandomSource, IPacingGate
{
    public int Position { get; private set; }

    public bool TryTake(out ReplayEntry entry)
    {
        entry = Position < entries.Count ? entries[Position++] : null!;
        return entry is not null;
    }

    /// <summary>Steps back before draws that belong to a poll, and says which poll it is: what a poll draws stands before what it found.</summary>
    public ReplayEntry ReturnToPoll()
    {
        int poll = --Position;
        while (poll < entries.Count && entries[poll].Kind is ReplayEntryKind.Drew or ReplayEntryKind.AskedGate or ReplayEntryKind.AskedFilter)
        {
            poll++;
        }

        if (poll == entries.Count)
        {
            throw new ReplayDivergence("the recording ends") { IsCutOff = true };
        }

        return entries[poll].Kind is ReplayEntryKind.Transmitted or ReplayEntryKind.FoundNone or ReplayEntryKind.Told or ReplayEntryKind.Requested
            ? entries[poll]
            : throw new ReplayDivergence($"the recording has what the machine did not ask for: {entries[Position]}");
    }

    public void Fill(Span<byte> destination)
    {
        ReplayEntry drawn = Expect(ReplayEntryKind.Drew, $"a draw of {destination.Length} random bytes");
        if (drawn.Bytes.Length != destination.Length)
        {
            throw new ReplayDivergence($"the machine drew {destination.Length} random bytes instead of {drawn.Bytes.Length}");
        }

        drawn.Bytes.Span.CopyTo(destination);
    }

    public bool TryTake(MonotonicTime now, out MonotonicTime next)
    {
        ReplayEntry asked = Expect(ReplayEntryKind.AskedGate, "a question to the pacing gate");
        next = asked.Next;
        return asked.At == now ? asked.Answer : throw new ReplayDivergence($"the machine asked the pacing gate at {now} instead of {asked.At}");
    }

    public bool AskFilter(LocalInterfaceAddress address) => Expect(ReplayEntryKind.AskedFilter, $"a question about {address.Address}").Answer;

    public ReplayEntry Expect(ReplayEntryKind kind, string what)
    {
        if (Position < entries.Count && entries[Position].Kind == kind)
        {
            return entries[Position++];
        }

        throw Position < entries.Count
            ? new ReplayDivergence($"{what} came where the recording has: {entries[Position]}")
            : new ReplayDivergence($"{what} came after the end of the recording") { IsCutOff = true };
    }
}
