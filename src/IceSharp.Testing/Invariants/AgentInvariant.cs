using System.Diagnostics.CodeAnalysis;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;

namespace IceSharp.Testing;

/// <summary>Something that holds for an agent after every step, judged from what goes into its machine and comes out of it.</summary>
/// <remarks>Every <see cref="VirtualAgent"/> has those of <see cref="InvariantMonitor.CreateDefaults"/>; derive to hold one of your own. Not thread safe.</remarks>
[Experimental("ICE0001")]
public abstract class AgentInvariant
{
    private Action<AgentInvariant, string>? _report;

    /// <summary>What holds, in a few words.</summary>
    public abstract string Rule { get; }

    /// <summary>A datagram leaves the machine.</summary>
    /// <param name="now">When.</param>
    /// <param name="packet">What the peer or server will see.</param>
    public virtual void OnSent(MonotonicTime now, in AgentPacket packet)
    {
    }

    /// <summary>A datagram has been taken by the machine, or dropped.</summary>
    /// <param name="now">When.</param>
    /// <param name="packet">What the peer or server has sent.</param>
    /// <param name="verdict">What the machine made of it.</param>
    public virtual void OnReceived(MonotonicTime now, in AgentPacket packet, in DatagramVerdict verdict)
    {
    }

    /// <summary>The application's data leaves on a route.</summary>
    /// <param name="now">When.</param>
    /// <param name="route">The route as it was published.</param>
    public virtual void OnDataSent(MonotonicTime now, DataRoute route)
    {
    }

    /// <summary>The machine tells a fact.</summary>
    /// <param name="now">When.</param>
    /// <param name="fact">The fact.</param>
    public virtual void OnEvent(MonotonicTime now, IceAgentEvent fact)
    {
    }

    /// <summary>The machine has taken an input; what it queues from now on belongs to it.</summary>
    /// <param name="now">When.</param>
    public virtual void OnInput(MonotonicTime now)
    {
    }

    /// <summary>The machine has been polled until empty after an input.</summary>
    /// <param name="now">When.</param>
    /// <param name="machine">The machine, to look at.</param>
    /// <param name="streamCount">Number of its data streams.</param>
    public virtual void OnSettled(MonotonicTime now, IceAgentMachine machine, int streamCount)
    {
    }

    /// <summary>An output was taken from a queue of the machine.</summary>
    /// <param name="output">Which queue.</param>
    public virtual void OnOutput(AgentOutput output)
    {
    }

    internal void ReportTo(Action<AgentInvariant, string> report) => _report = report;

    /// <summary>Says that it does not hold.</summary>
    /// <param name="what">What has happened instead, in one sentence.</param>
    protected void Violate(string what) => _report?.Invoke(this, what);
}
