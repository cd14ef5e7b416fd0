namespace IceSharp.Testing;

/// <summary>Why a run of the virtual network ended.</summary>
public enum RunOutcome
{
    /// <summary>The awaited condition holds.</summary>
    Reached,

    /// <summary>The virtual time given is over.</summary>
    TimeUp,

    /// <summary>Nothing is on its way and nobody waits for a time: nothing would ever happen.</summary>
    Idle,

    /// <summary>The number of steps given is used up: most likely something keeps itself busy without moving on.</summary>
    StepLimit,
}
