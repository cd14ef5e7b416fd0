using System.Net;

namespace IceSharp;

/// <summary>The server had lost an allocation, and a new one has taken its place: peers have to be told the new address.</summary>
/// <param name="Former">The relayed addresses that are gone.</param>
/// <param name="Current">The relayed addresses from now on.</param>
public sealed record TurnReallocation(IReadOnlyList<IPEndPoint> Former, IReadOnlyList<IPEndPoint> Current);
