using IceSharp.Protocol.Stun.Credentials;

namespace IceSharp.Protocol.Stun.Client;

/// <summary>One logical request over as many transactions as challenges and errors of the server make of it.</summary>
internal sealed class StunClientRequest(long id, AlternateServerGuard? guard)
{
    public long Id => id;

    public AlternateServerGuard? Guard => guard;

    public LongTermAttempt Attempt { get; } = new();

    /// <summary>What the latest transaction carried under the short-term mechanism.</summary>
    public ShortTermIntegrity Integrity { get; set; }

    public bool SawBadIntegrity { get; set; }

    public int ServerErrors { get; set; }

    public int Transmissions { get; set; }

    /// <summary>When the next transaction may begin.</summary>
    public MonotonicTime NotBefore { get; set; }

    public TimeSpan InitialRto { get; set; }
}
