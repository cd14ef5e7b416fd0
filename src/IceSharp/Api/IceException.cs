namespace IceSharp;

/// <summary>The network, a server or the peer did not let an operation succeed.</summary>
/// <remarks>The caller's own misuse is an <see cref="ArgumentException"/> or <see cref="InvalidOperationException"/>, cancellation an <see cref="OperationCanceledException"/>.</remarks>
public class IceException : IOException
{
    /// <summary>Creates an exception.</summary>
    /// <param name="error">What went wrong.</param>
    /// <param name="message">One sentence for a developer.</param>
    /// <param name="report">What was tried; appended to the message.</param>
    /// <param name="innerException">The cause.</param>
    public IceException(IceError error, string message, IceReport? report = null, Exception? innerException = null)
        : base(report is null ? message : $"{message}{Environment.NewLine}{report}", innerException)
    {
        Error = error;
        Report = report ?? IceReport.Empty;
    }

    /// <summary>What went wrong.</summary>
    public IceError Error { get; }

    /// <summary>What was tried until then: each local address, server and candidate pair, with its outcome. Holds addresses, but no secrets.</summary>
    public IceReport Report { get; }
}
