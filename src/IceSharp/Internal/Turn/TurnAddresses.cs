using System.Net;

namespace IceSharp.Internal.Turn;

/// <summary>The addresses of an allocation at one time. Immutable.</summary>
/// <param name="Relayed">One, or two for both families, the first family first.</param>
/// <param name="Mapped">The client as the server sees it; null when it does not tell.</param>
/// <param name="Local">Where the client sends from.</param>
internal sealed record TurnAddresses(IReadOnlyList<IPEndPoint> Relayed, IPEndPoint? Mapped, IPEndPoint Local);
