using System.Globalization;
using System.Text;

namespace IceSharp.Protocol.Stun.Credentials;

/// <summary>The OpaqueString profile of PRECIS: gives one form to users, realms and passwords that look the same (RFC 8265 §4.2, RFC 8264).</summary>
/// <remarks>
/// Case and width stay; every space becomes U+0020; Normalization Form C. Two texts are the same when their results are equal
/// character by character. SASLprep of RFC 5389 differs: it folds compatibility characters; where a store was built with it, hand in
/// texts that are prepared so. Printable ASCII is the same under both, comes back as the same instance and allocates nothing.
/// Without state, thread safe.
/// </remarks>
public static class OpaqueString
{
    private const int MaxReapplications = 3;
    private const char LastUnnormalized = '\u02FF';

    private static readonly Func<string, string> FrameworkNfc = static text => text.Normalize(NormalizationForm.FormC);

    /// <summary>Prepares a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="enforced">The prepared text; null when it is refused. <paramref name="text"/> itself when there is nothing to change.</param>
    /// <returns><see cref="OpaqueStringStatus.Ok"/>, or why the text is refused.</returns>
    public static OpaqueStringStatus TryEnforce(string text, out string? enforced) => TryEnforce(text, FrameworkNfc, out enforced);

    /// <summary>Prepares a text of the application.</summary>
    /// <param name="text">The text.</param>
    /// <param name="parameterName">Name of the parameter that it came in by, for the exception.</param>
    /// <exception cref="ArgumentException">The text is refused. The message says why and does not show the text, which may be a password.</exception>
    /// <exception cref="PlatformNotSupportedException">The text needs Unicode normalization and the process runs with invariant globalization.</exception>
    public static string Enforce(string text, string? parameterName = null)
    {
        OpaqueStringStatus status = TryEnforce(text, out string? enforced);
        return status switch
        {
            OpaqueStringStatus.Ok => enforced!,
            OpaqueStringStatus.NormalizationUnavailable => throw new PlatformNotSupportedException(
                $"{parameterName ?? nameof(text)} needs Unicode normalization, and this process runs with invariant globalization. Turn that off, or use characters below U+0300 only."),
            _ => throw new ArgumentException($"The text is not an OpaqueString (RFC 8265 §4.2): {Explain(status)}.", parameterName ?? nameof(text)),
        };
    }

    internal static OpaqueStringStatus TryEnforce(string text, Func<string, string> toNfc, out string? enforced)
    {
        ArgumentNullException.ThrowIfNull(text);
        enforced = null;
        string current = text;

        // Not idempotent for every text: U+0387 is valid, and normalization makes it U+00B7, which is so only in its context.
        for (int application = 0; application <= MaxReapplications; application++)
        {
            OpaqueStringStatus status = Apply(current, toNfc, out string next);
            if (status != OpaqueStringStatus.Ok)
            {
                return status;
            }

            if (string.Equals(next, current, StringComparison.Ordinal))
            {
                enforced = current;
                return OpaqueStringStatus.Ok;
            }

            current = next;
        }

        return OpaqueStringStatus.Unstable;
    }

    private static OpaqueStringStatus Apply(string text, Func<string, string> toNfc, out string result)
    {
        result = text;
        if (text.Length == 0)
        {
            return OpaqueStringStatus.Empty;
        }

        if (LiesWithin(text, ' ', '~'))
        {
            return OpaqueStringStatus.Ok;
        }

        OpaqueStringStatus status = FreeformClass.Check(text);
        if (status != OpaqueStringStatus.Ok)
        {
            return status;
        }

        string spaced = MapSpaces(text);

        // No character below U+0300 changes under Form C (Unicode Standard Annex #15), so that they need nothing of the platform.
        if (LiesWithin(spaced, '\0', LastUnnormalized))
        {
            result = spaced;
            return OpaqueStringStatus.Ok;
        }

        if (toNfc("e\u0301") != "\u00E9")
        {
            return OpaqueStringStatus.NormalizationUnavailable;
        }

        result = toNfc(spaced);
        return OpaqueStringStatus.Ok;
    }

    // A loop, because the framework's search for a range boxes its bounds until it is compiled again.
    private static bool LiesWithin(string text, char first, char last)
    {
        foreach (char character in text)
        {
            if (character < first || character > last)
            {
                return false;
            }
        }

        return true;
    }

    private static string MapSpaces(string text)
    {
        if (!HasNonAsciiSpace(text))
        {
            return text;
        }

        return string.Create(text.Length, text, static (result, source) =>
        {
            for (int i = 0; i < result.Length; i++)
            {
                result[i] = IsSpace(source[i]) ? ' ' : source[i];
            }
        });
    }

    private static bool HasNonAsciiSpace(string text)
    {
        foreach (char character in text)
        {
            if (character != ' ' && IsSpace(character))
            {
                return true;
            }
        }

        return false;
    }

    // All of Zs lies in the Basic Multilingual Plane.
    private static bool IsSpace(char character) => CharUnicodeInfo.GetUnicodeCategory(character) == UnicodeCategory.SpaceSeparator;

    private static string Explain(OpaqueStringStatus status) => status switch
    {
        OpaqueStringStatus.Empty => "it is empty",
        OpaqueStringStatus.LoneSurrogate => "it has half a surrogate pair",
        OpaqueStringStatus.Unassigned => "it has a code point that Unicode has not assigned",
        OpaqueStringStatus.Control => "it has a control character",
        OpaqueStringStatus.HangulJamo => "it has a conjoining Hangul Jamo",
        OpaqueStringStatus.Ignorable => "it has a code point that shows nothing, or a noncharacter",
        OpaqueStringStatus.Context => "it has a code point that is not valid in its place",
        OpaqueStringStatus.Unstable => "it does not come to rest under normalization",
        _ => "it has a code point of no valid category",
    };
}
