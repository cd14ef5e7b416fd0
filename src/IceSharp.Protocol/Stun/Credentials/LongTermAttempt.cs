using System.Diagnostics.CodeAnalysis;

namespace IceSharp.Protocol.Stun.Credentials;

/// <summary>One logical request under the long-term mechanism, over as many transactions as challenges make of it: what was tried, and how often.</summary>
/// <remarks>Not thread safe.</remarks>
[Experimental("ICE0001")]
public sealed class LongTermAttempt
{
    /// <summary>Whether the latest transaction carried credentials.</summary>
    public bool IsAuthenticated => Keys is not null;

    /// <summary>Whether a response to the latest transaction was not believed. When none is that is, the outcome is "integrity violated" and not a timeout (RFC 8489 §9.2.5).</summary>
    public bool SawBadIntegrity { get; internal set; }

    internal LongTermKeys? Keys { get; private set; }

    internal byte[] Nonce { get; private set; } = [];

    internal bool UsedUserHash { get; private set; }

    internal bool UsedSha256 { get; private set; }

    internal int StaleNonceCount { get; set; }

    internal int ChallengeCount { get; set; }

    internal void Begin(LongTermKeys? keys, byte[] nonce, bool usesUserHash, bool usesSha256)
    {
        Keys = keys;
        Nonce = nonce;
        UsedUserHash = usesUserHash;
        UsedSha256 = usesSha256;
        SawBadIntegrity = false;
    }
}
