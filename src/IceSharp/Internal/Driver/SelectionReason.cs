namespace IceSharp.Internal.Driver;

/// <summary>Says in words why data goes another way.</summary>
internal static class SelectionReason
{
    public static string Of(IceCandidatePairInfo? before, IceCandidatePairInfo? now) => (before, now) switch
    {
        (_, null) => "no pair carries data any more: consent was lost, ICE has failed, or the stream was ended",
        (null, { IsNominated: true }) => "the first pair, nominated",
        (null, _) => "the first pair that a check proved; one of higher priority may follow",
        _ when IsSame(before, now) && now.IsNominated && !before.IsNominated => "the pair in use was nominated",
        _ when IsSame(before, now) => "the same pair",
        _ when before.Local.Ufrag != now.Local.Ufrag => "an ICE restart has its own pair",
        (_, { IsNominated: true }) => "another pair was nominated",
        (_, _) when now.Priority > before.Priority => "a check proved a pair of higher priority",
        _ => "the pair before works no longer",
    };

    public static bool IsSame(IceCandidatePairInfo left, IceCandidatePairInfo right) =>
        left.Local.Address == right.Local.Address && left.Remote.Address == right.Remote.Address && left.Local.Ufrag == right.Local.Ufrag;
}
