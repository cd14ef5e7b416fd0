namespace IceSharp.Interop.Tests.Live;

/// <summary>One cell of the live matrix.</summary>
/// <param name="Left">Where the offerer is.</param>
/// <param name="Right">Where the answerer is.</param>
/// <param name="RestartsCoturn">Whether coturn is restarted in the middle of the call.</param>
public sealed record LiveCell(AccessKind Left, AccessKind Right, bool RestartsCoturn = false)
{
    /// <summary>The best path that there is between the two.</summary>
    public LivePath Best => HasIpv6(Left) && HasIpv6(Right) ? LivePath.Ipv6
        : NeedsRelay(Left, Right) || NeedsRelay(Right, Left) ? LivePath.Relay
        : LivePath.Ipv4;

    /// <summary>Whether the call loses its relay on the way, and has to restart ICE.</summary>
    public bool LosesRelay => RestartsCoturn && Best == LivePath.Relay;

    public static bool HasIpv6(AccessKind access) => access is AccessKind.FirewalledIpv6 or AccessKind.DualStack or AccessKind.DualStackSymmetric;

    public static bool HasIpv4(AccessKind access) => access != AccessKind.FirewalledIpv6;

    public override string ToString() => $"{Left} with {Right}{(RestartsCoturn ? ", coturn restarted" : "")}";

    // RFC 5128 §3.3: a mapping for each destination is of no use to a peer that filters by address and port.
    private static bool NeedsRelay(AccessKind one, AccessKind other) => IsSymmetric(one) && (IsSymmetric(other) || other is AccessKind.PortRestricted or AccessKind.DualStack);

    private static bool IsSymmetric(AccessKind access) => access is AccessKind.Symmetric or AccessKind.DualStackSymmetric;
}
