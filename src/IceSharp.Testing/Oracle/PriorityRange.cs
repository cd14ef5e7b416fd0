namespace IceSharp.Testing;

/// <summary>The priorities that a candidate can have under the recommended type preferences (RFC 8445 §5.1.2.1), for the first component.</summary>
/// <remarks>Local preferences are an agent's own choice where it has several addresses or servers to tell apart; with one of them they are 65535.</remarks>
internal readonly record struct PriorityRange(uint Lowest, uint Highest)
{
    public static PriorityRange Of(SymbolicPeer peer, IceCandidateType type, bool mayBeLearnt)
    {
        uint choices = peer.Choices(type) > 1 ? 0u : 65535;
        PriorityRange signalled = new(Priority(type, choices), Priority(type, 65535));
        if (!mayBeLearnt)
        {
            return signalled;
        }

        PriorityRange learnt = new(Priority(IceCandidateType.PeerReflexive, choices), Priority(IceCandidateType.PeerReflexive, 65535));
        return new PriorityRange(Math.Min(signalled.Lowest, learnt.Lowest), Math.Max(signalled.Highest, learnt.Highest));
    }

    private static uint Priority(IceCandidateType type, uint localPreference) => (Preference(type) << 24) + (localPreference << 8) + 255;

    private static uint Preference(IceCandidateType type) => type switch
    {
        IceCandidateType.Host => 126,
        IceCandidateType.PeerReflexive => 110,
        IceCandidateType.ServerReflexive => 100,
        _ => 0,
    };
}
