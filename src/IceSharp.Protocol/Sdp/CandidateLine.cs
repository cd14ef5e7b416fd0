namespace IceSharp.Protocol.Sdp;

/// <summary>Finds the value of a candidate line in the forms that occur: "a=candidate:...", "candidate:..." and the value alone.</summary>
internal static class CandidateLine
{
    /// <summary>Longest line that is read, in characters: a bound on what a peer can cost, far above what it needs.</summary>
    public const int MaxLength = 4096;

    private const string Name = "candidate:";

    /// <summary>Reads a line; the answer is null when the candidate is malformed or unusable, and the diagnostic then says why.</summary>
    public static IceCandidate? Read(ReadOnlySpan<char> line, out SdpDiagnostic? diagnostic)
    {
        ReadOnlySpan<char> value = TrimLineEnd(line);
        bool isAttributeLine = value.StartsWith("a=", StringComparison.OrdinalIgnoreCase);
        value = isAttributeLine ? value[2..] : value;
        if (value.StartsWith(Name, StringComparison.OrdinalIgnoreCase))
        {
            return ReadValue(value[Name.Length..], out diagnostic);
        }

        int colon = value.IndexOf(':');
        int space = value.IndexOf(' ');
        if (isAttributeLine || (colon >= 0 && (space < 0 || colon < space)))
        {
            ReadOnlySpan<char> name = colon < 0 ? value : value[..colon];
            diagnostic = new SdpDiagnostic(SdpOutcome.Error, SdpReason.AttributeName, $"{IceGrammar.Quote(name)} is not the attribute 'candidate'");
            return null;
        }

        return ReadValue(value, out diagnostic);
    }

    /// <summary>Reads what stands behind "candidate:".</summary>
    public static IceCandidate? ReadValue(ReadOnlySpan<char> value, out SdpDiagnostic? diagnostic)
    {
        diagnostic = Refuse(value);
        return diagnostic is null ? new CandidateReader(value).Read(out diagnostic) : null;
    }

    private static SdpDiagnostic? Refuse(ReadOnlySpan<char> value)
    {
        if (value.IsEmpty)
        {
            return new SdpDiagnostic(SdpOutcome.Ignored, SdpReason.EmptyCandidate, "an empty candidate stands for the end of candidates");
        }

        if (value.Length > MaxLength)
        {
            return new SdpDiagnostic(SdpOutcome.Error, SdpReason.TooLong, "the candidate line is longer than 4096 characters");
        }

        int bad = value.IndexOfAnyExceptInRange(' ', '~');
        return bad < 0 ? null : new SdpDiagnostic(
            SdpOutcome.Error,
            SdpReason.InvalidCharacter,
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"character U+{(int)value[bad]:X4} has no place in a candidate"));
    }

    private static ReadOnlySpan<char> TrimLineEnd(ReadOnlySpan<char> line) =>
        line is [.. var withoutPair, '\r', '\n'] ? withoutPair : line is [.. var without, '\n' or '\r'] ? without : line;
}
