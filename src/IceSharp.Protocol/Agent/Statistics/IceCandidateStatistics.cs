using IceSharp.Protocol;

namespace IceSharp;

/// <summary>A candidate as it stood at one moment, after the W3C's RTCIceCandidateStats.</summary>
/// <remarks>Immutable and thread safe.</remarks>
/// <param name="Candidate">The candidate: address, type, priority, foundation, generation.</param>
/// <param name="IsLocal">Whether it is this agent's.</param>
/// <param name="Base">Where its datagrams leave from; null for the peer's.</param>
/// <param name="IsSignalled">Whether it was exchanged by signalling; false for one learnt from checks.</param>
public sealed record IceCandidateStatistics(IceCandidate Candidate, bool IsLocal, TransportAddress? Base, bool IsSignalled);
