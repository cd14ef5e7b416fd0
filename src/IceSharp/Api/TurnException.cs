using IceSharp.Protocol.Turn;

namespace IceSharp;

/// <summary>A TURN server could not be used, or did not give what was asked for.</summary>
public sealed class TurnException : IceException
{
    /// <summary>Creates an exception.</summary>
    /// <param name="error">What went wrong.</param>
    /// <param name="message">One sentence for a developer.</param>
    /// <param name="report">What was tried; appended to the message.</param>
    /// <param name="innerException">The cause.</param>
    public TurnException(IceError error, string message, IceReport? report = null, Exception? innerException = null)
        : base(error, message, report, innerException) => Sentence = message;

    /// <summary>What the TURN server's answer, or its silence, meant; <see cref="TurnFailure.None"/> when it did not come to that.</summary>
    public TurnFailure Failure { get; init; }

    /// <summary>The error code of the server, 300 to 699, or the HTTP status of the proxy; 0 when there was none.</summary>
    public int ErrorCode { get; init; }

    /// <summary>The server's words for <see cref="ErrorCode"/>, made safe for logs; null when there were none.</summary>
    public string? ReasonPhrase { get; init; }

    /// <summary>Which check of TLS failed; <see cref="IceTlsFailure.None"/> when TLS is not what failed.</summary>
    public IceTlsFailure TlsFailure { get; init; }

    /// <summary>The message without the report.</summary>
    internal string Sentence { get; }

    internal TurnException With(IceReport report) => new(Error, Sentence, report, InnerException)
    {
        Failure = Failure,
        ErrorCode = ErrorCode,
        ReasonPhrase = ReasonPhrase,
        TlsFailure = TlsFailure,
    };
}
