using System.Buffers;
using System.Globalization;
using System.Text;

namespace IceSharp.Protocol.Stun.Printing;

/// <summary>Text from the network in quotes, escaped so that it can neither end them nor fake a line, and cut.</summary>
internal static class QuotedText
{
    private const int MaxCharacters = 160;

    public static void Append(StringBuilder text, ReadOnlySpan<byte> utf8)
    {
        int start = text.Length;
        text.Append('"');
        while (!utf8.IsEmpty)
        {
            OperationStatus status = Rune.DecodeFromUtf8(utf8, out Rune rune, out int consumed);
            if (text.Length - start >= MaxCharacters)
            {
                text.Append("\"...");
                return;
            }

            if (status != OperationStatus.Done)
            {
                text.Append(CultureInfo.InvariantCulture, $"\\x{utf8[0]:x2}");
                consumed = 1;
            }
            else if (rune.Value is '"' or '\\')
            {
                text.Append('\\').Append((char)rune.Value);
            }
            else if (IsVisible(rune))
            {
                text.Append(rune.ToString());
            }
            else
            {
                text.Append(CultureInfo.InvariantCulture, $"\\u{{{rune.Value:x}}}");
            }

            utf8 = utf8[consumed..];
        }

        text.Append('"');
    }

    // Format characters turn the reading direction or hide; private and unassigned ones are anybody's guess.
    private static bool IsVisible(Rune rune) => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
