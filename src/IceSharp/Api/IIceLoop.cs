using IceSharp.Protocol;

namespace IceSharp;

/// <summary>A loop as its executor sees it: work that runs in turns, never two at a time.</summary>
public interface IIceLoop
{
    /// <summary>When the loop wants its next turn even if nobody asks, on the clock of <see cref="Now"/>; <see cref="MonotonicTime.Never"/> for not at all. Read it between turns.</summary>
    MonotonicTime NextDeadline { get; }

    /// <summary>The time now, from the loop's <see cref="TimeProvider"/>.</summary>
    MonotonicTime Now { get; }

    /// <summary>Does the work that waits. Never throws; a call while a turn runs, from within it or from another thread, makes another follow it and returns.</summary>
    /// <remarks>
    /// When work keeps coming the turn ends all the same, after asking for the next through <see cref="IIceLoopRunner.Wake"/>.
    /// <see cref="IceAgent.LocalDescription"/> of an agent that started without describing itself runs a turn on the calling thread.
    /// </remarks>
    void RunTurn();
}
