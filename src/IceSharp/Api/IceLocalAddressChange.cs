using IceSharp.Protocol.Agent;

namespace IceSharp;

/// <summary>Local addresses have come or gone.</summary>
/// <remarks>Immutable and thread safe.</remarks>
/// <param name="Added">Addresses that gathering uses or would use, the preferred first.</param>
/// <param name="Removed">Addresses of candidates.</param>
public sealed record IceLocalAddressChange(IReadOnlyList<LocalInterfaceAddress> Added, IReadOnlyList<LocalInterfaceAddress> Removed);
