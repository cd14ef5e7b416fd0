namespace IceSharp.Protocol.Discovery;

/// <summary>Where the server of a URI may be.</summary>
/// <remarks>Immutable and thread safe. Good for one connection or allocation; the next one resolves anew (RFC 5928 §3).</remarks>
/// <param name="Error">Why there is no place.</param>
/// <param name="Targets">The places in the order in which to try them; empty on an error.</param>
public sealed record ServerResolution(ServerResolutionError Error, IReadOnlyList<ServerTarget> Targets);
