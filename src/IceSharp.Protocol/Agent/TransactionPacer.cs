namespace IceSharp.Protocol.Agent;

/// <summary>The Ta timer: one new transaction of gathering or checking each Ta, over all streams, inside the limit of the process (RFC 8445 §14.2).</summary>
internal sealed class TransactionPacer(IPacingGate gate, TimeSpan ta)
{
    /// <summary>Time between two transactions: the larger proposal of both agents.</summary>
    public TimeSpan Ta { get; set; } = ta;

    /// <summary>When the next slot of Ta may be free; in the past when it may be now.</summary>
    public MonotonicTime NextSlot { get; private set; }

    /// <summary>When the gate of the process may be open again.</summary>
    public MonotonicTime NextPassage { get; private set; }

    /// <summary>Takes a slot for a transaction of gathering or checking.</summary>
    public bool TryTakeSlot(MonotonicTime now)
    {
        if (now < NextSlot)
        {
            return false;
        }

        if (!TryPass(now))
        {
            NextSlot = NextPassage;
            return false;
        }

        NextSlot = now + Ta;
        return true;
    }

    /// <summary>Passes the gate for a transaction that ICE causes but Ta does not pace, for example a permission on a relay.</summary>
    public bool TryPass(MonotonicTime now)
    {
        if (now < NextPassage)
        {
            return false;
        }

        bool passed = gate.TryTake(now, out MonotonicTime next);
        NextPassage = passed ? now : next;
        return passed;
    }
}
