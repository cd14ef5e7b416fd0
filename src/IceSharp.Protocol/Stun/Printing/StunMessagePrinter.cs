using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace IceSharp.Protocol.Stun.Printing;

/// <summary>Prints a STUN message for people: a line for the header and one for each attribute, decoded.</summary>
/// <remarks>
/// Fit for logs: integrity values are cut to 4 bytes, tokens, tickets and data show only their length, users only by option; text from the
/// network is escaped and cut; the whole is bounded by the number of attributes times 300 characters. Without state, thread safe.
/// </remarks>
/// <example><code>
/// Allocate request, 56 bytes, transaction 6500ae07c45a96a1ef6bd2bb
///   SOFTWARE (12): "IceSharp 1.0"
///   LIFETIME (4): 3600 s
/// </code></example>
public static class StunMessagePrinter
{
    private const int MaxHeadBytes = 16;

    /// <summary>Prints what arrived, STUN or not.</summary>
    /// <param name="datagram">The bytes.</param>
    /// <param name="options">What to show; null for the defaults.</param>
    public static string Print(ReadOnlySpan<byte> datagram, StunPrintOptions? options = null)
    {
        StunParseStatus status = StunReader.TryParse(datagram, out StunReader message);
        if (status == StunParseStatus.Ok)
        {
            return Print(message, options);
        }

        // Without the shape of a STUN message nothing says that these bytes are not somebody's secret; the head is what demultiplexing looks at.
        string head = Convert.ToHexStringLower(datagram[..Math.Min(datagram.Length, 8)]);
        return string.Create(CultureInfo.InvariantCulture, $"not a STUN message ({status}), {datagram.Length} bytes: {head}{(datagram.Length > 8 ? "..." : string.Empty)}");
    }

    /// <summary>Prints a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="options">What to show; null for the defaults.</param>
    public static string Print(in StunReader message, StunPrintOptions? options = null)
    {
        options ??= new StunPrintOptions();
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"{StunNames.Of(message.Method)} {StunNames.Of(message.Class)}, {message.Bytes.Length} bytes, transaction {message.TransactionId}");
        int printed = 0, left = 0;
        StunAttributePrinter printer = new(message, options);
        ReadOnlySpan<byte> rest = message.Bytes[StunWire.HeaderBytes..];
        while (!rest.IsEmpty)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
            StunAttribute attribute = new((StunAttributeType)BinaryPrimitives.ReadUInt16BigEndian(rest), rest.Slice(StunWire.AttributeHeaderBytes, length));
            rest = rest[(StunWire.AttributeHeaderBytes + StunWire.Padded(length))..];
            if (printed == options.MaxAttributes)
            {
                left++;
                continue;
            }

            printed++;
            text.Append(CultureInfo.InvariantCulture, $"\n  {StunNames.Of(attribute.Type)} ({length}): ");
            printer.Append(text, attribute);
        }

        if (left > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n  ... {left} more attributes");
        }

        return text.ToString();
    }

    /// <summary>The first bytes as hexadecimal digits.</summary>
    internal static string Head(ReadOnlySpan<byte> value, int bytes = MaxHeadBytes) =>
        Convert.ToHexStringLower(value[..Math.Min(value.Length, bytes)]) + (value.Length > bytes ? "..." : string.Empty);
}
