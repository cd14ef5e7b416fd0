using IceSharp.Protocol;

namespace IceSharp;

/// <summary>A loop as its executor sees it: work that runs in turns, never two at a time.</summary>
public interface IIceLoop
{
    /// <summary>When the loop wants its next turn even if nobody asks, on the clock of <see cref="Now"/>; <see cref="MonotonicTime.Never"/> for not at all. Read it between turns.</summary>
    MonotonicTime NextDeadline { get; }

    /// <summary>The time now, from the loop's <see cref="TimeProvider"/>.</summary>
    MonotonicTime Now { get; }

    /// <summary>Does all work that waits. Never throws; a call from within a turn does nothing.</summary>
    void RunTurn();
}
