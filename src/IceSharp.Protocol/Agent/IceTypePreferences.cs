namespace IceSharp;

/// <summary>The type preferences of candidates: the leading part of their priorities (RFC 8445 §5.1.2.1).</summary>
/// <remarks>Immutable and thread safe. Both agents' preferences decide together, so changing one side's alone moves only what the other side does not outweigh.</remarks>
public sealed record IceTypePreferences
{
    /// <summary>The recommended ones (RFC 8445 §5.1.2.2): host 126, peer-reflexive 110, server-reflexive 100, relayed 0.</summary>
    public static IceTypePreferences Recommended => new();

    /// <summary>Relayed first, for networks whose only good way out is a TURN server of their own (RFC 8828 §5.2, mode 2): relayed 126, host 120, peer-reflexive 110, server-reflexive 100.</summary>
    public static IceTypePreferences RelayFirst => new() { Relayed = 126, Host = 120 };

    /// <summary>Of host candidates.</summary>
    /// <value>0 to 126, unlike the others; the default is 126.</value>
    public int Host { get; init; } = 126;

    /// <summary>Of peer-reflexive candidates.</summary>
    /// <value>0 to 126, more than <see cref="ServerReflexive"/>; the default is 110.</value>
    public int PeerReflexive { get; init; } = 110;

    /// <summary>Of server-reflexive candidates.</summary>
    /// <value>0 to 126, unlike the others; the default is 100.</value>
    public int ServerReflexive { get; init; } = 100;

    /// <summary>Of relayed candidates.</summary>
    /// <value>0 to 126, unlike the others; the default is 0.</value>
    public int Relayed { get; init; }

    /// <summary>The preference of a type.</summary>
    public int Of(IceCandidateType type) => type switch
    {
        IceCandidateType.Host => Host,
        IceCandidateType.PeerReflexive => PeerReflexive,
        IceCandidateType.ServerReflexive => ServerReflexive,
        _ => Relayed,
    };

    /// <summary>Refuses preferences that RFC 8445 §5.1.2.1 forbids.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One lies outside 0 to 126.</exception>
    /// <exception cref="ArgumentException">Two are equal, or server-reflexive is preferred to peer-reflexive.</exception>
    public void ThrowIfIllegal()
    {
        int[] all = [Host, PeerReflexive, ServerReflexive, Relayed];
        foreach (int preference in all)
        {
            if (preference is < 0 or > 126)
            {
                throw new ArgumentOutOfRangeException(nameof(IceTypePreferences), preference, "A type preference lies between 0 and 126.");
            }
        }

        if (all.Distinct().Count() < all.Length || PeerReflexive < ServerReflexive)
        {
            throw new ArgumentException($"Types have different preferences, peer-reflexive more than server-reflexive: {this}.", nameof(IceTypePreferences));
        }
    }
}
