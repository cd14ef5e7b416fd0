namespace IceSharp.Tests;

/// <summary>Runs its loop only when the test says so.</summary>
internal sealed class StepExecutor : IIceLoopExecutor, IIceLoopRunner
{
    public IIceLoop? Loop { get; private set; }

    public bool IsWoken { get; set; }

    public bool IsDisposed { get; private set; }

    public IIceLoopRunner Attach(IIceLoop loop)
    {
        Loop = loop;
        return this;
    }

    /// <summary>Runs turns while the loop asks for them, at most so many.</summary>
    public void Run(int mostTurns = 100)
    {
        for (int i = 0; i < mostTurns && IsWoken; i++)
        {
            IsWoken = false;
            Loop!.RunTurn();
        }
    }

    public void Wake() => IsWoken = true;

    public void Dispose() => IsDisposed = true;
}
