using System.Net;
using IceSharp.Protocol.Turn;

namespace IceSharp.Internal.Turn;

/// <summary>The addresses of an allocation at one time. Immutable.</summary>
/// <param name="Relayed">One, or two for both families, the first family first.</param>
/// <param name="Mapped">The client as the server sees it; null when it does not tell.</param>
/// <param name="Local">Where the client sends from.</param>
/// <param name="Reservation">The token of a port that was reserved beside; null when none was.</param>
internal sealed record TurnAddresses(IReadOnlyList<IPEndPoint> Relayed, IPEndPoint? Mapped, IPEndPoint Local, TurnReservationToken? Reservation);
