using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Credentials;

namespace IceSharp;

/// <summary>A STUN server could not be asked, or did not give what was asked for.</summary>
public sealed class StunException : IceException
{
    /// <summary>Creates an exception.</summary>
    /// <param name="error">What went wrong.</param>
    /// <param name="message">One sentence for a developer.</param>
    /// <param name="report">What was tried; appended to the message.</param>
    /// <param name="innerException">The cause.</param>
    public StunException(IceError error, string message, IceReport? report = null, Exception? innerException = null)
        : base(error, message, report, innerException) => Sentence = message;

    /// <summary>The error code of the server, 300 to 699; 0 when it sent none.</summary>
    public int ErrorCode { get; init; }

    /// <summary>The server's words for <see cref="ErrorCode"/>, made safe for logs; null when there were none.</summary>
    public string? ReasonPhrase { get; init; }

    /// <summary>Types that a 420 lists as unknown to the server.</summary>
    public IReadOnlyList<StunAttributeType> UnknownAttributes { get; init; } = [];

    /// <summary>Why a challenge was not answered.</summary>
    public LongTermFailure AuthenticationFailure { get; init; }

    /// <summary>Why a redirection was not followed; <see cref="AlternateServerOutcome.Follow"/> when that is not what failed.</summary>
    public AlternateServerOutcome RedirectRefusal { get; init; }

    /// <summary>Which check of TLS failed; <see cref="IceTlsFailure.None"/> when TLS is not what failed.</summary>
    public IceTlsFailure TlsFailure { get; init; }

    /// <summary>The message without the report.</summary>
    internal string Sentence { get; }

    internal StunException With(IceReport report) => new(Error, Sentence, report, InnerException)
    {
        ErrorCode = ErrorCode,
        ReasonPhrase = ReasonPhrase,
        UnknownAttributes = UnknownAttributes,
        AuthenticationFailure = AuthenticationFailure,
        RedirectRefusal = RedirectRefusal,
        TlsFailure = TlsFailure,
    };
}
