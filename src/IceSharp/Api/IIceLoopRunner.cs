namespace IceSharp;

/// <summary>How a loop asks its executor for a turn.</summary>
public interface IIceLoopRunner : IDisposable
{
    /// <summary>Asks for a turn soon; called from any thread, at the end of a turn too, and once for many pieces of work. May run the turn at once.</summary>
    void Wake();
}
