#pragma warning disable CA1822
using System.Diagnostics.CodeAnalysis;

namespace IceSharp.Protocol.Agent;

/// <summary>A full ICE agent (RFC 8445) without I/O: datagrams and time go in; datagrams, host requests and events come out.</summary>
/// <remarks>
/// Inputs mutate and never block; after each batch of inputs poll, in this order and until empty, <see cref="TryGetTransmit"/>,
/// <see cref="TryGetHostRequest"/>, <see cref="TryGetEvent"/>, then read <see cref="NextTimeout"/>. What a peer sends never throws.
/// Not thread safe: one thread runs it.
/// </remarks>
[Experimental("ICE0001")]
public sealed class IceAgentMachine : IDisposable
{
    /// <summary>Creates an agent without data streams.</summary>
    /// <param name="options">Settings.</param>
    /// <param name="random">Source of credentials, tie-breaker and transaction IDs.</param>
    /// <param name="pacingGate">The limit shared by the agents of the process.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option lies outside its range.</exception>
    public IceAgentMachine(IceAgentMachineOptions options, IRandomSource random, IPacingGate pacingGate)
    {
    }

    /// <summary>The role now.</summary>
    public IceRole Role { get; private set; }

    /// <summary>How far gathering has come.</summary>
    public IceGatheringState GatheringState { get; private set; }

    /// <summary>How far checking has come.</summary>
    public IceConnectionState State { get; private set; }

    /// <summary>When and why <see cref="HandleTimeout"/> wants to be called; asking changes nothing.</summary>
    public Deadline NextTimeout => Deadline.Never;

    /// <summary>What came of each local address and server so far.</summary>
    public IReadOnlyList<GatheringOutcome> GatheringReport => [];

    /// <summary>Adds a data stream; only before gathering starts.</summary>
    /// <param name="mid">Identification of the stream: 1 to 32 token characters, unique in the agent.</param>
    /// <param name="componentCount">Number of components, 1 to 256: 2 for RTP with separate RTCP.</param>
    /// <param name="media">What its m= line says; null is <see cref="SdpMedia.Audio"/>.</param>
    /// <returns>The stream's index, counting from 0.</returns>
    public int AddDataStream(string mid, int componentCount, SdpMedia? media = null) => 0;

    /// <summary>Starts gathering of local candidates for all streams. Calling it again does nothing.</summary>
    public void StartGathering(MonotonicTime now)
    {
    }

    /// <summary>Describes this agent for the peer: credentials, options and the candidates found so far. An agent with undecided role that describes itself before it knows the peer becomes controlling.</summary>
    public IceDescription CreateLocalDescription() => new() { Streams = [] };

    /// <summary>Takes the peer's description; checks start as soon as pairs can be formed.</summary>
    /// <exception cref="ArgumentException">The description has another number of streams than this agent.</exception>
    public void SetRemoteDescription(MonotonicTime now, IceDescription description)
    {
    }

    /// <summary>Takes one more candidate of the peer (trickle, RFC 8838). One that comes before the description is kept.</summary>
    public void AddRemoteCandidate(MonotonicTime now, int stream, IceCandidate candidate)
    {
    }

    /// <summary>Takes the peer's word that no more candidates will come for a stream.</summary>
    public void EndRemoteCandidates(MonotonicTime now, int stream)
    {
    }

    /// <summary>Takes a received datagram.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="path">Where it came from and in.</param>
    /// <param name="datagram">Its bytes; not kept.</param>
    /// <returns>Whether the machine used it, or where in it application data stands. Allocates nothing for application data.</returns>
    public DatagramVerdict HandleDatagram(MonotonicTime now, in TransportPath path, ReadOnlySpan<byte> datagram) => default;

    /// <summary>Does all work that is due; early or repeated calls do nothing.</summary>
    public void HandleTimeout(MonotonicTime now)
    {
    }

    /// <summary>Takes the answer to a host request. Answers to requests that are no longer open are ignored.</summary>
    public void HandleHostAnswer(MonotonicTime now, IceHostAnswer answer)
    {
    }

    /// <summary>Gets the next datagram to send.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="buffer">Where its bytes go; at least 1500 bytes.</param>
    /// <param name="transmit">Where to send them.</param>
    /// <returns>False when there is none.</returns>
    public bool TryGetTransmit(MonotonicTime now, Span<byte> buffer, out Transmit transmit)
    {
        transmit = default;
        return false;
    }

    /// <summary>Gets the next piece of I/O that the machine needs.</summary>
    public bool TryGetHostRequest([NotNullWhen(true)] out IceHostRequest? request)
    {
        request = null;
        return false;
    }

    /// <summary>Gets the next fact.</summary>
    public bool TryGetEvent([NotNullWhen(true)] out IceAgentEvent? fact)
    {
        fact = null;
        return false;
    }

    /// <summary>The route of a component's data now; null when there is none.</summary>
    public DataRoute? GetRoute(int stream, int component) => null;

    /// <summary>Tells when application data was last sent on a component's route, so that no keepalive is spent on a pair that is busy.</summary>
    public void ReportDataSent(MonotonicTime lastSent, int stream, int component)
    {
    }

    /// <summary>The checklist and valid list of a stream as they stand, best pair first.</summary>
    public IReadOnlyList<IceCandidatePairInfo> GetPairs(int stream) => [];

    /// <summary>Begins to close: data and checks stop, TURN allocations are released. <see cref="AgentClosed"/> follows, at the latest after the close timeout. Calling it again does nothing.</summary>
    public void Close(MonotonicTime now)
    {
    }

    /// <summary>Frees the hash handles. Sends nothing; call <see cref="Close"/> first to release allocations.</summary>
    public void Dispose()
    {
    }
}
