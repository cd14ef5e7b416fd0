namespace IceSharp.Protocol.Agent;

/// <summary>The Ta timer: one new transaction of gathering or checking each Ta, over all streams, inside the limit of the process (RFC 8445 §14.2).</summary>
internal sealed class TransactionPacer(IPacingGate gate, TimeSpan ta)
{
    /// <summary>Time between two transactions: the larger proposal of both agents.</summary>
    public TimeSpan Ta { get; set; } = ta;

    /// <summary>When to try again; in the past when a slot may be free now.</summary>
    public MonotonicTime NextSlot { get; private set; }

    public bool TryTake(MonotonicTime now)
    {
        if (now < NextSlot)
        {
            return false;
        }

        if (!gate.TryTake(now, out MonotonicTime next))
        {
            NextSlot = next;
            return false;
        }

        NextSlot = now + Ta;
        return true;
    }
}
