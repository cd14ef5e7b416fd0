using System.Buffers;
using System.Text;

namespace IceSharp.Protocol.Stun;

/// <summary>How long texts may be when they are sent; what is accepted is longer (RFC 8489 §14.3, §14.8 to §14.10, §14.14, §14.16).</summary>
internal static class StunTextLimits
{
    private const int MaxUsernameBytes = 508;
    private const int MaxCharacters = 127;
    private const int MaxDomainBytes = 255;

    /// <summary>The text's length in UTF-8.</summary>
    /// <exception cref="ArgumentException">The text is longer than its type allows, not ASCII where it must be, or half a surrogate pair.</exception>
    public static int CountBytes(StunAttributeType type, ReadOnlySpan<char> text, string parameterName)
    {
        if (type == StunAttributeType.AlternateDomain && (text.Length > MaxDomainBytes || !Ascii.IsValid(text)))
        {
            throw new ArgumentException($"A domain of {text.Length} characters: ALTERNATE-DOMAIN takes at most {MaxDomainBytes}, all ASCII.", parameterName);
        }

        // ASCII of up to 127 characters keeps every limit.
        if (text.Length <= MaxCharacters && Ascii.IsValid(text))
        {
            return text.Length;
        }

        (int characters, int bytes) = Count(text, parameterName);
        if (type == StunAttributeType.Username && bytes > MaxUsernameBytes)
        {
            throw new ArgumentException($"A USERNAME takes at most {MaxUsernameBytes} bytes when it is sent, not {bytes}.", parameterName);
        }

        bool counted = type is StunAttributeType.Realm or StunAttributeType.Nonce or StunAttributeType.Software
            or StunAttributeType.ErrorCode or StunAttributeType.AddressErrorCode;
        if (counted && characters > MaxCharacters)
        {
            throw new ArgumentException($"{type} takes at most {MaxCharacters} characters when it is sent, not {characters}.", parameterName);
        }

        return bytes;
    }

    // Characters are code points: UTF-16 units would count one outside the BMP twice.
    private static (int Characters, int Bytes) Count(ReadOnlySpan<char> text, string parameterName)
    {
        int characters = 0, bytes = 0;
        while (!text.IsEmpty)
        {
            if (Rune.DecodeFromUtf16(text, out Rune rune, out int used) != OperationStatus.Done)
            {
                throw new ArgumentException("The text has half a surrogate pair, which UTF-8 cannot carry.", parameterName);
            }

            characters++;
            bytes += rune.Utf8SequenceLength;
            text = text[used..];
        }

        return (characters, bytes);
    }
}
