namespace IceSharp.Testing;

/// <summary>Runs the agents' loop on the lab's thread, at the virtual times that it asks for.</summary>
internal sealed class VirtualLoopExecutor(VirtualNetwork network) : IIceLoopExecutor
{
    private readonly List<VirtualLoopRunner> _runners = [];

    public IIceLoopRunner Attach(IIceLoop loop)
    {
        VirtualLoopRunner runner = new(network, loop, _runners);
        _runners.Add(runner);
        return runner;
    }

    /// <summary>Runs the loops that asked for a turn; false when none did.</summary>
    public bool RunWoken()
    {
        bool any = false;
        for (int i = 0; i < _runners.Count; i++)
        {
            any |= _runners[i].RunIfWoken();
        }

        return any;
    }
}
