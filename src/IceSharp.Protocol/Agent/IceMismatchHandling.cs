namespace IceSharp;

/// <summary>What an answerer does when the default destination of an offer is none of its candidates (RFC 8839 §4.2.5).</summary>
public enum IceMismatchHandling
{
    /// <summary>Takes the default destination as one more candidate and goes on.</summary>
    AddCandidate,

    /// <summary>Answers with <c>a=ice-mismatch</c> and uses no ICE for the stream.</summary>
    EndIce,
}
