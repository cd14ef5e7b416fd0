namespace IceSharp.Protocol.Stun.Credentials;

/// <summary>Settings of a <see cref="LongTermAuthenticator"/>.</summary>
/// <remarks>Immutable and thread safe. A value outside its range throws <see cref="ArgumentOutOfRangeException"/> where it is set.</remarks>
public sealed record LongTermSettings
{
    /// <summary>Which password algorithm is taken; the default, <see cref="PasswordAlgorithmChoice.First"/>, is plain STUN's.</summary>
    public PasswordAlgorithmChoice AlgorithmChoice { get; init; }

    /// <summary>Whether a server that does not take USERHASH gets no user name at all, but <see cref="LongTermFailure.AnonymityUnavailable"/>; off by default. Not needed over TLS and DTLS (RFC 8656 §21.1.6).</summary>
    public bool RequiresUsernameAnonymity { get; init; }

    /// <summary>Most bytes of realm, nonce and password algorithms together, so that the request that echoes them fits where it has to.</summary>
    /// <value>100 to 2000; the default is 1000.</value>
    public int MaxChallengeBytes
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 100, nameof(MaxChallengeBytes));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 2000, nameof(MaxChallengeBytes));
            field = value;
        }
    }
    = 1000;
}
