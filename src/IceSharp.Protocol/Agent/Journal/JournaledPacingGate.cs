namespace IceSharp.Protocol.Agent;

/// <summary>A pacing gate whose answers stand in a journal.</summary>
internal sealed class JournaledPacingGate(IPacingGate gate, IAgentJournal journal) : IPacingGate
{
    public bool TryTake(MonotonicTime now, out MonotonicTime next)
    {
        bool taken = gate.TryTake(now, out next);
        journal.AskedGate(now, taken, next);
        return taken;
    }
}
