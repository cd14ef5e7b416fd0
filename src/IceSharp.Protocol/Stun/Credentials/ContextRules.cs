using System.Buffers;
using System.Globalization;
using System.Text;

namespace IceSharp.Protocol.Stun.Credentials;

/// <summary>The rules for code points that are valid only in certain places (RFC 5892 Appendix A). What no rule confirms is not allowed.</summary>
internal static class ContextRules
{
    public const int MiddleDot = 0x00B7;
    public const int GreekKeraia = 0x0375;
    public const int HebrewGeresh = 0x05F3;
    public const int HebrewGershayim = 0x05F4;
    public const int ZeroWidthNonJoiner = 0x200C;
    public const int ZeroWidthJoiner = 0x200D;
    public const int KatakanaMiddleDot = 0x30FB;

    private const int None = -1;

    /// <summary>Whether the code point may stand where it does.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="at">Where the code point starts; it takes one character.</param>
    /// <param name="codePoint">The code point.</param>
    public static bool Allow(ReadOnlySpan<char> text, int at, int codePoint)
    {
        ReadOnlySpan<char> before = text[..at], after = text[(at + 1)..];
        return codePoint switch
        {
            ZeroWidthNonJoiner => IsVirama(Last(before)) || (JoinsOnward(before) && JoinsBack(after)),
            ZeroWidthJoiner => IsVirama(Last(before)),
            MiddleDot => Last(before) == 'l' && First(after) == 'l',
            GreekKeraia => First(after) is var next and not None && CodePointRanges.Contain(ScriptRanges.Greek, next),
            HebrewGeresh or HebrewGershayim => Last(before) is var last and not None && CodePointRanges.Contain(ScriptRanges.Hebrew, last),
            KatakanaMiddleDot => HasJapanese(text),
            >= 0x0660 and <= 0x0669 => !text.ContainsAnyInRange('\u06F0', '\u06F9'),
            >= 0x06F0 and <= 0x06F9 => !text.ContainsAnyInRange('\u0660', '\u0669'),
            _ => false,
        };
    }

    private static bool IsVirama(int codePoint) => codePoint != None && CodePointRanges.Contain(JoiningRanges.Virama, codePoint);

    // The regular expression of Appendix A.1: (L|D) T* ZWNJ T* (R|D).
    private static bool JoinsOnward(ReadOnlySpan<char> before)
    {
        while (Rune.DecodeLastFromUtf16(before, out Rune rune, out int used) == OperationStatus.Done)
        {
            if (!IsTransparent(rune.Value))
            {
                return CodePointRanges.Contain(JoiningRanges.LeftOrDual, rune.Value);
            }

            before = before[..^used];
        }

        return false;
    }

    private static bool JoinsBack(ReadOnlySpan<char> after)
    {
        while (Rune.DecodeFromUtf16(after, out Rune rune, out int used) == OperationStatus.Done)
        {
            if (!IsTransparent(rune.Value))
            {
                return CodePointRanges.Contain(JoiningRanges.RightOrDual, rune.Value);
            }

            after = after[used..];
        }

        return false;
    }

    // Joining_Type T is what marks have; format characters have it too, but none that may stand in the text (ArabicShaping.txt).
    private static bool IsTransparent(int codePoint) =>
        CharUnicodeInfo.GetUnicodeCategory(codePoint) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark || codePoint == 0x1E94B;

    private static bool HasJapanese(ReadOnlySpan<char> text)
    {
        foreach (Rune rune in text.EnumerateRunes())
        {
            if (CodePointRanges.Contain(ScriptRanges.HiraganaKatakanaHan, rune.Value))
            {
                return true;
            }
        }

        return false;
    }

    private static int First(ReadOnlySpan<char> text) =>
        Rune.DecodeFromUtf16(text, out Rune rune, out _) == OperationStatus.Done ? rune.Value : None;

    private static int Last(ReadOnlySpan<char> text) =>
        Rune.DecodeLastFromUtf16(text, out Rune rune, out _) == OperationStatus.Done ? rune.Value : None;
}
