namespace IceSharp.Interop.Tests.Matrix;

/// <summary>How a session runs: one column of the matrix.</summary>
/// <param name="WeOffer">Whether our side's description comes first.</param>
/// <param name="Trickles">Whether candidates follow their descriptions one by one.</param>
/// <param name="IsIpv6">Whether IPv6 candidates are exchanged, instead of IPv4 ones.</param>
/// <param name="Path">The way the data takes.</param>
/// <param name="Twist">What is special.</param>
internal sealed record InteropMode(bool WeOffer, bool Trickles, bool IsIpv6, InteropPath Path, InteropTwist Twist = InteropTwist.None)
{
    /// <summary>Whether our side starts in the controlling role.</summary>
    public bool WeControl => Twist switch
    {
        InteropTwist.BothControlling => true,
        InteropTwist.BothControlled => false,
        InteropTwist.CrossedRoles => !WeOffer,
        // A full agent controls a lite one (RFC 8445 §6.1.1).
        InteropTwist.PeerIsLite => true,
        _ => WeOffer,
    };

    /// <summary>Whether the other side starts in the controlling role.</summary>
    public bool TheyControl => Twist switch
    {
        InteropTwist.BothControlling => true,
        InteropTwist.BothControlled => false,
        _ => !WeControl,
    };

    public int Components => Twist == InteropTwist.TwoComponents ? 2 : 1;

    /// <summary>"offer, trickle, IPv4, host": the name in tests and tables.</summary>
    public override string ToString()
    {
        string basis = $"{(WeOffer ? "offer" : "answer")}, {(Trickles ? "trickle" : "full")}, {(IsIpv6 ? "IPv6" : "IPv4")}, {PathName(Path)}";
        return Twist == InteropTwist.None ? basis : $"{basis}, {TwistName(Twist)}";
    }

    public static string PathName(InteropPath path) => path switch
    {
        InteropPath.Host => "host",
        InteropPath.Reflexive => "srflx",
        InteropPath.OurRelay => "our relay",
        InteropPath.TheirRelay => "their relay",
        _ => "both relays",
    };

    public static string TwistName(InteropTwist twist) => twist switch
    {
        InteropTwist.None => "",
        InteropTwist.CrossedRoles => "answerer controls",
        InteropTwist.BothControlling => "both controlling",
        InteropTwist.BothControlled => "both controlled",
        InteropTwist.OurRestart => "we restart",
        InteropTwist.TheirRestart => "they restart",
        InteropTwist.TwoComponents => "two components",
        InteropTwist.PeerIsLite => "peer is lite",
        InteropTwist.PeerIsAggressive => "peer nominates aggressively",
        _ => "mDNS names",
    };
}
