using System.Globalization;

namespace IceSharp;

/// <summary>Something in a peer's SDP that was not as it should be, and what the reader made of it.</summary>
/// <remarks>Immutable and thread safe. Holds no password; addresses and username fragments may appear in the message.</remarks>
/// <param name="Outcome">What became of the line.</param>
/// <param name="Reason">Why.</param>
/// <param name="Message">The reason in words, with the offending value where there is one.</param>
/// <param name="Line">Number of the line in the description, from 1; 0 when a single line was read or no line is to blame.</param>
public sealed record SdpDiagnostic(SdpOutcome Outcome, SdpReason Reason, string Message, int Line = 0)
{
    /// <summary>Where, what and why, for example "line 7, error: component '257' is not 1 to 256".</summary>
    public override string ToString()
    {
        string outcome = Outcome switch
        {
            SdpOutcome.Warning => "warning",
            SdpOutcome.Ignored => "ignored",
            SdpOutcome.Refused => "refused",
            _ => "error",
        };
        return Line == 0 ? $"{outcome}: {Message}" : string.Create(CultureInfo.InvariantCulture, $"line {Line}, {outcome}: {Message}");
    }
}
