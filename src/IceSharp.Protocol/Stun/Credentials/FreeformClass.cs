using System.Buffers;
using System.Globalization;
using System.Text;

namespace IceSharp.Protocol.Stun.Credentials;

/// <summary>The string class that OpaqueString is a profile of: which code points may stand in a text (RFC 8264 §4.3, §8).</summary>
internal static class FreeformClass
{
    // Hangul_Syllable_Type L, V and T (HangulSyllableType.txt; fixed since Unicode 5.2).
    private static ReadOnlySpan<int> HangulJamo => [0x1100, 0x11FF, 0xA960, 0xA97C, 0xD7B0, 0xD7C6, 0xD7CB, 0xD7FB];

    // Default_Ignorable_Code_Point (DerivedCoreProperties.txt of Unicode 16).
    private static ReadOnlySpan<int> DefaultIgnorable =>
    [
        0x00AD, 0x00AD, 0x034F, 0x034F, 0x061C, 0x061C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x180B, 0x180F, 0x200B, 0x200F, 0x202A, 0x202E, 0x2060, 0x206F,
        0x3164, 0x3164, 0xFE00, 0xFE0F, 0xFEFF, 0xFEFF, 0xFFA0, 0xFFA0, 0xFFF0, 0xFFF8, 0x1BCA0, 0x1BCA3, 0x1D173, 0x1D17A, 0xE0000, 0xE0FFF,
    ];

    /// <summary>Checks every code point, each in its context.</summary>
    public static OpaqueStringStatus Check(ReadOnlySpan<char> text)
    {
        for (int at = 0; at < text.Length;)
        {
            if (Rune.DecodeFromUtf16(text[at..], out Rune rune, out int used) != OperationStatus.Done)
            {
                return OpaqueStringStatus.LoneSurrogate;
            }

            OpaqueStringStatus status = Classify(rune.Value);
            bool failed = status == OpaqueStringStatus.Context ? !ContextRules.Allow(text, at, rune.Value) : status != OpaqueStringStatus.Ok;
            if (failed)
            {
                return status;
            }

            at += used;
        }

        return OpaqueStringStatus.Ok;
    }

    /// <summary>The derived property of a code point by the algorithm of RFC 8264 §8, whose order matters; <see cref="OpaqueStringStatus.Context"/> when a rule decides.</summary>
    public static OpaqueStringStatus Classify(int codePoint)
    {
        // BackwardCompatible, the second step, is empty.
        if (TryClassifyException(codePoint, out OpaqueStringStatus exception))
        {
            return exception;
        }

        UnicodeCategory category = CharUnicodeInfo.GetUnicodeCategory(codePoint);
        bool isNoncharacter = (codePoint & 0xFFFE) == 0xFFFE || codePoint is >= 0xFDD0 and <= 0xFDEF;
        if (category == UnicodeCategory.OtherNotAssigned && !isNoncharacter)
        {
            return OpaqueStringStatus.Unassigned;
        }

        if (codePoint is >= 0x21 and <= 0x7E)
        {
            return OpaqueStringStatus.Ok;
        }

        if (codePoint is ContextRules.ZeroWidthNonJoiner or ContextRules.ZeroWidthJoiner)
        {
            return OpaqueStringStatus.Context;
        }

        if (CodePointRanges.Contain(HangulJamo, codePoint))
        {
            return OpaqueStringStatus.HangulJamo;
        }

        if (isNoncharacter || CodePointRanges.Contain(DefaultIgnorable, codePoint))
        {
            return OpaqueStringStatus.Ignorable;
        }

        // HasCompat comes after Controls and makes valid only what its category makes valid anyway: no code point of the categories
        // refused below has a compatibility mapping (a test walks all of them), so that Form KC need not be asked.
        return category switch
        {
            UnicodeCategory.Control => OpaqueStringStatus.Control,
            UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator => OpaqueStringStatus.Disallowed,
            _ => OpaqueStringStatus.Ok,
        };
    }

    // RFC 5892 §2.6.
    private static bool TryClassifyException(int codePoint, out OpaqueStringStatus status)
    {
        switch (codePoint)
        {
            case 0x00DF or 0x03C2 or 0x06FD or 0x06FE or 0x0F0B or 0x3007:
                status = OpaqueStringStatus.Ok;
                return true;
            case ContextRules.MiddleDot or ContextRules.GreekKeraia or ContextRules.HebrewGeresh or ContextRules.HebrewGershayim
                or ContextRules.KatakanaMiddleDot or (>= 0x0660 and <= 0x0669) or (>= 0x06F0 and <= 0x06F9):
                status = OpaqueStringStatus.Context;
                return true;
            case 0x0640 or 0x07FA or 0x302E or 0x302F or (>= 0x3031 and <= 0x3035) or 0x303B:
                status = OpaqueStringStatus.Disallowed;
                return true;
            default:
                status = OpaqueStringStatus.Ok;
                return false;
        }
    }
}
