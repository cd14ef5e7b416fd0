using System.Runtime.CompilerServices;
using IceSharp.Protocol;

namespace IceSharp.Internal.Driver;

/// <summary>The limit of one new transaction each 5 ms for all agents of the process (RFC 8445 §14.2). Thread safe, without a lock.</summary>
internal sealed class SharedPacingGate : IPacingGate
{
    private static readonly ConditionalWeakTable<TimeProvider, SharedPacingGate> s_gates = [];

    private readonly long _interval = TimeSpan.FromMilliseconds(5).Ticks;
    private long _next = long.MinValue;

    /// <summary>The gate of the process. Instants of different clocks do not compare, so each clock has one.</summary>
    public static SharedPacingGate For(TimeProvider provider) => s_gates.GetValue(provider, static _ => new SharedPacingGate());

    public bool TryTake(MonotonicTime now, out MonotonicTime next)
    {
        while (true)
        {
            long seen = Volatile.Read(ref _next);
            if (now.Ticks < seen)
            {
                next = new MonotonicTime(seen);
                return false;
            }

            if (Interlocked.CompareExchange(ref _next, now.Ticks + _interval, seen) == seen)
            {
                next = new MonotonicTime(now.Ticks + _interval);
                return true;
            }
        }
    }
}
