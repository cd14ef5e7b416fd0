using System.Text;

namespace IceSharp.Protocol.Stun;

/// <summary>Text that came from the network and goes into logs.</summary>
internal static class StunText
{
    private const int MaxCharacters = 127;

    /// <summary>A text from the network, cut to 127 characters and without control characters; null when nothing is left.</summary>
    public static string? Sanitize(ReadOnlySpan<byte> utf8)
    {
        StringBuilder text = new();
        int characters = 0;
        while (characters < MaxCharacters && !utf8.IsEmpty)
        {
            Rune.DecodeFromUtf8(utf8, out Rune rune, out int consumed);
            utf8 = utf8[consumed..];
            text.Append(Rune.IsControl(rune) || IsLayoutMark(rune) ? "?" : rune.ToString());
            characters++;
        }

        return text.Length == 0 ? null : text.ToString();
    }

    // Line and paragraph separators and the marks that turn the reading direction can fake log lines.
    private static bool IsLayoutMark(Rune rune) => rune.Value is (>= 0x2028 and <= 0x202E) or (>= 0x2066 and <= 0x2069);
}
