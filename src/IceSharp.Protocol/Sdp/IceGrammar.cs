using System.Buffers;
using System.Globalization;
using System.Text;

namespace IceSharp.Protocol.Sdp;

/// <summary>The building blocks of RFC 8839 §5 and RFC 8866 §9: ice-char, token, numbers.</summary>
internal static class IceGrammar
{
    private const string Alphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private static readonly SearchValues<char> IceChars = SearchValues.Create(Alphanumeric + "+/");
    private static readonly SearchValues<char> TokenChars = SearchValues.Create(Alphanumeric + "!#$%&'*+-.^_`{|}~");

    public static bool IsFoundation(ReadOnlySpan<char> text) => IsIceChars(text, 1, 32);

    public static bool IsUfrag(ReadOnlySpan<char> text) => IsIceChars(text, 4, 256);

    public static bool IsPassword(ReadOnlySpan<char> text) => IsIceChars(text, 22, 256);

    public static bool IsOptionTag(ReadOnlySpan<char> text) => IsIceChars(text, 1, 256);

    public static bool IsToken(ReadOnlySpan<char> text) => !text.IsEmpty && !text.ContainsAnyExcept(TokenChars);

    /// <summary>Whether all characters are visible ASCII; an empty text is.</summary>
    public static bool IsVisible(ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('!', '~');

    /// <summary>Whether the text can stand in a line: no line ends, no control characters but tab.</summary>
    public static bool IsLineText(ReadOnlySpan<char> text)
    {
        foreach (char c in text)
        {
            if (c is (< ' ' and not '\t') or '\x7f')
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Decimal digits only: no sign, no space, no more than <paramref name="maxDigits"/>.</summary>
    public static bool TryNumber(ReadOnlySpan<char> text, int maxDigits, out long value)
    {
        value = 0;
        return text.Length <= maxDigits && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
    }

    public static bool TryPort(ReadOnlySpan<char> text, out ushort port)
    {
        bool fits = TryNumber(text, 5, out long value) && value <= ushort.MaxValue;
        port = fits ? (ushort)value : (ushort)0;
        return fits;
    }

    public static bool TryComponent(ReadOnlySpan<char> text, out int component)
    {
        bool fits = TryNumber(text, 3, out long value) && value is >= 1 and <= 256;
        component = fits ? (int)value : 0;
        return fits;
    }

    public static bool EqualsLiteral(ReadOnlySpan<char> text, string literal) => Ascii.EqualsIgnoreCase(text, literal);

    /// <summary>A value as it may be quoted in a message: bounded, no control characters.</summary>
    public static string Quote(ReadOnlySpan<char> text)
    {
        const int Limit = 40;
        string shown = string.Create(Math.Min(text.Length, Limit), text[..Math.Min(text.Length, Limit)], static (target, source) =>
        {
            for (int i = 0; i < target.Length; i++)
            {
                target[i] = char.IsControl(source[i]) || char.IsSurrogate(source[i]) ? '?' : source[i];
            }
        });
        return text.Length > Limit ? $"'{shown}...'" : $"'{shown}'";
    }

    private static bool IsIceChars(ReadOnlySpan<char> text, int min, int max) =>
        text.Length >= min && text.Length <= max && !text.ContainsAnyExcept(IceChars);
}
