namespace IceSharp.Protocol.Stun.Credentials;

/// <summary>What an authentication mechanism says of a response.</summary>
public enum AuthenticationVerdict
{
    /// <summary>It is to be worked in: its integrity is right, or the request had none.</summary>
    Accepted,

    /// <summary>401 or 438 of the long-term mechanism: see <see cref="LongTermAuthenticator.TakeChallenge"/>.</summary>
    Challenge,

    /// <summary>To be dropped as if it had never come, on every transport; its absence ends in a timeout (RFC 8489 §9.2.5).</summary>
    Discarded,

    /// <summary>
    /// Without the integrity that it must have. Over UDP and DTLS: dropped, copies go on, and when no believable response comes the transaction's
    /// outcome is "integrity violated" instead of a timeout. Over TCP and TLS: the transaction ends at once with it (RFC 8489 §9.1.4, §9.2.5).
    /// </summary>
    IntegrityViolated,
}
