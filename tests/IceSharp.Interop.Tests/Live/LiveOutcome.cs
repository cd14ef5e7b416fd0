using IceSharp.Interop.Tests.Matrix;

namespace IceSharp.Interop.Tests.Live;

/// <summary>What came of a call.</summary>
/// <param name="Left">The offerer's pair.</param>
/// <param name="Right">The answerer's pair.</param>
/// <param name="Time">From both descriptions being known, or from both credentials where candidates trickle, to both sides having chosen.</param>
internal sealed record LiveOutcome(SelectedPair Left, SelectedPair Right, TimeSpan Time)
{
    public LivePath Path => Uses(Left, "relay") || Uses(Right, "relay") ? LivePath.Relay
        : Left.LocalAddress.Contains(':', StringComparison.Ordinal) ? LivePath.Ipv6
        : LivePath.Ipv4;

    /// <summary>The types on both sides: "srflx-prflx, prflx-srflx".</summary>
    public string Types => $"{Left.LocalType}-{Left.RemoteType}, {Right.LocalType}-{Right.RemoteType}";

    /// <summary>The types of the pair for comparison: see <see cref="KindOf"/>.</summary>
    public string Kind => KindOf(Left.LocalType, Left.RemoteType);

    /// <summary>
    /// The types of a pair, whichever side has which: two relays lead through the same NATs as often as not, and the first one that works is as good.
    /// A reflexive address is one whether a server or the peer saw it first, which is a matter of microseconds.
    /// </summary>
    public static string KindOf(string localType, string remoteType)
    {
        string[] types = [Seen(localType), Seen(remoteType)];
        Array.Sort(types, StringComparer.Ordinal);
        return string.Join('-', types);
    }

    private static string Seen(string type) => type == "prflx" ? "srflx" : type;

    private static bool Uses(SelectedPair pair, string type) => pair.LocalType == type || pair.RemoteType == type;
}
