namespace IceSharp.Protocol.Agent;

/// <summary>Priority formulas of candidates and pairs (RFC 8445 §5.1.2, §6.1.2.3).</summary>
public static class IcePriority
{
    /// <summary>Largest legal candidate priority, 2^31 - 1.</summary>
    public const uint Max = int.MaxValue;

    /// <summary>Priority of a candidate with the recommended type preferences (RFC 8445 §5.1.2.1).</summary>
    /// <param name="type">Type of the candidate.</param>
    /// <param name="localPreference">0 to 65535.</param>
    /// <param name="component">1 to 256.</param>
    /// <exception cref="ArgumentOutOfRangeException">A part is outside its range, or the result would be 0.</exception>
    public static uint Candidate(IceCandidateType type, int localPreference, int component) =>
        Candidate(IceTypePreferences.Recommended, type, localPreference, component);

    /// <summary>Priority of a candidate (RFC 8445 §5.1.2.1).</summary>
    /// <param name="preferences">The type preferences, legal ones.</param>
    /// <param name="type">Type of the candidate.</param>
    /// <param name="localPreference">0 to 65535.</param>
    /// <param name="component">1 to 256.</param>
    /// <exception cref="ArgumentOutOfRangeException">A part is outside its range, or the result would be 0.</exception>
    public static uint Candidate(IceTypePreferences preferences, IceCandidateType type, int localPreference, int component)
    {
        ArgumentNullException.ThrowIfNull(preferences);
        ArgumentOutOfRangeException.ThrowIfNegative(localPreference);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(localPreference, 65535);
        ArgumentOutOfRangeException.ThrowIfLessThan(component, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(component, 256);
        uint priority = ((uint)preferences.Of(type) << 24) + ((uint)localPreference << 8) + (uint)(256 - component);
        return priority != 0 ? priority : throw new ArgumentOutOfRangeException(nameof(component), component, "A priority of 0 is not legal.");
    }

    /// <summary>A priority from the network forced into the legal range, so that no 64-bit pair priority wraps (RFC 8445 §5.1.2).</summary>
    public static uint Clamp(uint received) => Math.Clamp(received, 1, Max);

    /// <summary>Priority of a pair (RFC 8445 §6.1.2.3).</summary>
    /// <param name="controlling">Priority of the controlling agent's candidate, 1 to 2^31 - 1.</param>
    /// <param name="controlled">Priority of the controlled agent's candidate, 1 to 2^31 - 1.</param>
    public static ulong Pair(uint controlling, uint controlled)
    {
        ulong low = Math.Min(controlling, controlled), high = Math.Max(controlling, controlled);
        return (low << 32) + (2 * high) + (controlling > controlled ? 1UL : 0UL);
    }
}
