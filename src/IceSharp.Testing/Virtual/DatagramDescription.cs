using System.Globalization;
using System.Text;
using IceSharp.Protocol.Stun;

namespace IceSharp.Testing;

/// <summary>Names a datagram in a few words for timelines; no secrets, no payload.</summary>
internal static class DatagramDescription
{
    public static string Of(ReadOnlySpan<byte> datagram)
    {
        string size = string.Create(CultureInfo.InvariantCulture, $"{datagram.Length} B");
        if (StunReader.TryParse(datagram, out StunReader message) != StunParseStatus.Ok)
        {
            return datagram.Length >= 4 && datagram[0] is >= 0x40 and <= 0x4F ? $"ChannelData {size}" : $"data {size}";
        }

        StringBuilder text = new($"{message.Method} {Name(message.Class)}");
        if (message.GetErrorCode(out int code, out _) == StunAttributeStatus.Ok)
        {
            text.Append(CultureInfo.InvariantCulture, $" {code}");
        }

        if (message.Has(StunAttributeType.UseCandidate))
        {
            text.Append(" nominating");
        }

        if (message.GetXorAddress(StunAttributeType.XorPeerAddress, out Protocol.TransportAddress peer) == StunAttributeStatus.Ok)
        {
            text.Append(CultureInfo.InvariantCulture, $" peer {peer}");
        }

        if (message.GetBytes(StunAttributeType.Data, out ReadOnlySpan<byte> data) == StunAttributeStatus.Ok)
        {
            text.Append(CultureInfo.InvariantCulture, $" [{Of(data)}]");
        }

        return text.Append(' ').Append(size).ToString();
    }

    private static string Name(StunClass @class) => @class switch
    {
        StunClass.Request => "request",
        StunClass.Indication => "indication",
        StunClass.SuccessResponse => "success",
        _ => "error",
    };
}
