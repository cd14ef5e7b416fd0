using static IceSharp.Interop.Tests.Matrix.InteropPath;
using static IceSharp.Interop.Tests.Matrix.InteropTwist;

namespace IceSharp.Interop.Tests.Matrix;

/// <summary>The columns of the matrix.</summary>
internal static class InteropModes
{
    private static readonly bool[] Both = [true, false];

    /// <summary>Direction, signalling, family and path in every combination, then the twists.</summary>
    public static IReadOnlyList<InteropMode> Full { get; } =
    [
        .. from weOffer in Both
           from trickles in Both
           from isIpv6 in new[] { false, true }
           from path in Enum.GetValues<InteropPath>()
           select new InteropMode(weOffer, trickles, isIpv6, path),
        .. Twists,
    ];

    /// <summary>Every value of every dimension beside every value of every other one, at least once, and every twist.</summary>
    public static IReadOnlyList<InteropMode> Pairwise { get; } =
    [
        new(true, true, false, Host), new(false, false, true, Host), new(true, false, false, Reflexive), new(false, true, false, Reflexive),
        new(true, true, true, OurRelay), new(false, false, false, OurRelay), new(true, false, true, TheirRelay), new(false, true, false, TheirRelay),
        new(true, true, false, BothRelays), new(false, false, true, BothRelays),
        .. Twists,
    ];

    /// <summary>One session in each direction.</summary>
    public static IReadOnlyList<InteropMode> Smoke { get; } = [new(true, true, false, Host), new(false, false, false, Reflexive)];

    private static IEnumerable<InteropMode> Twists =>
    [
        new(true, true, false, Host, CrossedRoles), new(false, false, false, Host, CrossedRoles),
        new(false, true, false, Host, BothControlling), new(true, true, false, Host, BothControlled),
        new(true, true, false, Host, OurRestart), new(false, false, false, Reflexive, OurRestart),
        new(false, true, false, Host, TheirRestart), new(true, false, false, Reflexive, TheirRestart),
        new(true, false, false, Host, TwoComponents), new(false, true, false, Reflexive, TwoComponents),
        new(true, false, false, Host, PeerIsLite), new(false, true, false, Host, PeerIsLite),
        new(false, false, false, Host, PeerIsAggressive), new(false, true, false, Reflexive, PeerIsAggressive),
        new(true, true, false, Host, HiddenAddresses), new(false, false, false, Host, HiddenAddresses),
    ];

    /// <summary>The modes of a run: <c>ICESHARP_MATRIX</c> is <c>full</c>, <c>pairwise</c>, or unset for a smoke test.</summary>
    public static IReadOnlyList<InteropMode> OfThisRun => Environment.GetEnvironmentVariable("ICESHARP_MATRIX") switch
    {
        null or "" or "smoke" => Smoke,
        "pairwise" => Pairwise,
        "full" => Full,
        var other => throw new InvalidOperationException($"ICESHARP_MATRIX is '{other}'; it may be smoke, pairwise or full."),
    };

    /// <summary>Whether this run is for the whole matrix.</summary>
    public static bool IsFull => ReferenceEquals(OfThisRun, Full);

    /// <summary>Whether the sessions of this run are captured and the capture is looked through, which takes <c>tshark</c>: all but the smoke test.</summary>
    public static bool AreCaptured => !ReferenceEquals(OfThisRun, Smoke);
}
