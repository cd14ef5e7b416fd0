using System.Diagnostics.CodeAnalysis;

namespace IceSharp.Protocol.Agent;

/// <summary>Told everything that goes into an <see cref="IceAgentMachine"/> and comes out of it, in order: enough to replay the machine, or to watch it.</summary>
/// <remarks>
/// The arguments hold passwords and payload: whoever keeps them keeps secrets. Called on the thread that runs the machine; an implementation
/// must not call the machine back and must not keep spans. Set it as <see cref="IceAgentMachineOptions.Journal"/>.
/// </remarks>
[Experimental("ICE0001")]
public interface IAgentJournal
{
    /// <summary>The machine was created; first of all.</summary>
    /// <param name="options">Its settings.</param>
    void Created(IceAgentMachineOptions options);

    /// <summary>A verb was called; what follows from it comes after.</summary>
    /// <param name="verb">Name of the method.</param>
    /// <param name="arguments">Its arguments in order, the time among them.</param>
    void Called(string verb, params ReadOnlySpan<object?> arguments);

    /// <summary><see cref="IceAgentMachine.HandleTimeout"/> was called.</summary>
    void TimedOut(MonotonicTime now);

    /// <summary>A datagram went in.</summary>
    /// <param name="now">When.</param>
    /// <param name="path">Where it came in and from.</param>
    /// <param name="datagram">Its bytes.</param>
    void Received(MonotonicTime now, in TransportPath path, ReadOnlySpan<byte> datagram);

    /// <summary>What became of the datagram that went in last.</summary>
    void Judged(in DatagramVerdict verdict);

    /// <summary>The machine drew random bytes.</summary>
    void Drew(ReadOnlySpan<byte> bytes);

    /// <summary>The machine asked the pacing gate.</summary>
    /// <param name="now">When.</param>
    /// <param name="taken">The answer.</param>
    /// <param name="next">When the gate may be open again.</param>
    void AskedGate(MonotonicTime now, bool taken, MonotonicTime next);

    /// <summary>The machine asked the address filter.</summary>
    /// <param name="address">About whom.</param>
    /// <param name="isUsed">The answer.</param>
    void AskedFilter(LocalInterfaceAddress address, bool isUsed);

    /// <summary>A datagram came out.</summary>
    /// <param name="now">When.</param>
    /// <param name="transmit">Where it goes.</param>
    /// <param name="datagram">Its bytes.</param>
    void Transmitted(MonotonicTime now, in Transmit transmit, ReadOnlySpan<byte> datagram);

    /// <summary>A host request came out.</summary>
    void Requested(IceHostRequest request);

    /// <summary>A fact came out.</summary>
    void Told(IceAgentEvent fact);

    /// <summary>An output was polled and there was none.</summary>
    /// <param name="output">Which.</param>
    /// <param name="now">When; zero for those that do not depend on time.</param>
    void FoundNone(AgentOutput output, MonotonicTime now);
}
