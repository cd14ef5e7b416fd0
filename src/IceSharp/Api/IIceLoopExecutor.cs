namespace IceSharp;

/// <summary>Decides when and on which thread agents do their work. Dedicated threads that block in the kernel by default; a simulation puts its own here.</summary>
/// <remarks>With an executor of one's own the <see cref="IIceNetwork"/> has to be one too: its sockets say by themselves when they are readable.</remarks>
public interface IIceLoopExecutor
{
    /// <summary>Takes on a loop. It is run for the first time when it asks.</summary>
    /// <param name="loop">The loop; it belongs to one executor for its whole life.</param>
    /// <returns>How the loop asks to be run; disposed when the loop has ended.</returns>
    IIceLoopRunner Attach(IIceLoop loop);
}
