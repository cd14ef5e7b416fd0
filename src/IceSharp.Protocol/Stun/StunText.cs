using System.Text;

namespace IceSharp.Protocol.Stun;

/// <summary>Text that goes into messages, and text that came from the network and goes into logs.</summary>
internal static class StunText
{
    private const int MaxCharacters = 127;

    /// <summary>Throws when a text of ours is longer than the wire allows (RFC 8489 §14.14).</summary>
    public static void ThrowIfTooLong(string? software, string parameter)
    {
        if (software is null)
        {
            return;
        }

        int characters = 0;
        foreach (Rune _ in software.EnumerateRunes())
        {
            characters++;
        }

        if (characters > MaxCharacters)
        {
            throw new ArgumentException($"SOFTWARE has at most {MaxCharacters} characters, not {characters}.", parameter);
        }
    }

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
