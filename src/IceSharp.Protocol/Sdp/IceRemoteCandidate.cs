using IceSharp.Protocol;

namespace IceSharp;

/// <summary>One entry of <c>a=remote-candidates</c>: the candidate of the answerer that the offerer's nominated pair uses (RFC 8839 §5.2).</summary>
/// <param name="Component">Component, 1 to 256.</param>
/// <param name="Address">The answerer's candidate.</param>
public readonly record struct IceRemoteCandidate(int Component, TransportAddress Address);
