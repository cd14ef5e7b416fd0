using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using IceSharp.Protocol.Stun.Credentials;

namespace IceSharp.Protocol.Stun.Printing;

/// <summary>Prints the value of one attribute after the other of a message.</summary>
internal ref struct StunAttributePrinter(in StunReader message, StunPrintOptions options)
{
    private const int IntegrityHeadBytes = 4;

    private readonly StunReader _message = message;
    private StunAttributeType _sealedBy;
    private bool _sawIntegrity;
    private bool _sawIntegritySha256;
    private bool _sawFingerprint;

    public void Append(StringBuilder text, in StunAttribute attribute)
    {
        switch (attribute.Type)
        {
            case StunAttributeType.MessageIntegrity when !_sawIntegrity:
                _sawIntegrity = true;
                AppendIntegrity(text, attribute);
                return;
            case StunAttributeType.MessageIntegritySha256 when !_sawIntegritySha256:
                _sawIntegritySha256 = true;
                AppendIntegrity(text, attribute);
                return;
            case StunAttributeType.Fingerprint when !_sawFingerprint:
                _sawFingerprint = true;
                Seal(attribute.Type);
                text.Append(StunMessagePrinter.Head(attribute.Value)).Append(CultureInfo.InvariantCulture, $" ({_message.VerifyFingerprint()})");
                return;
        }

        if (_sealedBy != StunAttributeType.None)
        {
            text.Append("ignored, behind ").Append(StunNames.Of(_sealedBy));
            return;
        }

        StunAttributeStatus status = AppendValue(text, attribute);
        if (status != StunAttributeStatus.Ok)
        {
            text.Append(CultureInfo.InvariantCulture, $"malformed ({status})");
        }
    }

    private void AppendIntegrity(StringBuilder text, in StunAttribute attribute)
    {
        Seal(attribute.Type);
        text.Append(StunMessagePrinter.Head(attribute.Value, IntegrityHeadBytes));
    }

    private void Seal(StunAttributeType type) => _sealedBy = _sealedBy == StunAttributeType.None ? type : _sealedBy;

    private readonly StunAttributeStatus AppendValue(StringBuilder text, in StunAttribute attribute)
    {
        switch (attribute.Type)
        {
            case StunAttributeType.XorMappedAddress or StunAttributeType.XorPeerAddress or StunAttributeType.XorRelayedAddress:
                return AppendAddress(text, attribute.ReadXorAddress(_message.TransactionId, out TransportAddress xored), xored);
            case StunAttributeType.MappedAddress or StunAttributeType.AlternateServer or StunAttributeType.ResponseOrigin or StunAttributeType.OtherAddress:
                return AppendAddress(text, attribute.ReadAddress(out TransportAddress address), address);
            case StunAttributeType.Username or StunAttributeType.UserHash when !options.ShowUsers:
                text.Append("hidden");
                return StunAttributeStatus.Ok;
            case StunAttributeType.AccessToken or StunAttributeType.MobilityTicket or StunAttributeType.ReservationToken
                or StunAttributeType.Data or StunAttributeType.Padding or (StunAttributeType)0x0007:
                text.Append("not shown");
                return StunAttributeStatus.Ok;
            case StunAttributeType.Username or StunAttributeType.Realm or StunAttributeType.Software
                or StunAttributeType.AlternateDomain or StunAttributeType.ThirdPartyAuthorization:
                return AppendText(text, attribute);
            case StunAttributeType.Nonce:
                return AppendNonce(text, attribute);
            case StunAttributeType.ErrorCode:
                return AppendErrorCode(text, attribute);
            case StunAttributeType.AddressErrorCode:
                return AppendAddressErrorCode(text, attribute);
            case StunAttributeType.UnknownAttributes:
                return AppendTypes(text, attribute);
            case StunAttributeType.PasswordAlgorithm or StunAttributeType.PasswordAlgorithms:
                return AppendAlgorithms(text, attribute);
            case StunAttributeType.DontFragment or StunAttributeType.UseCandidate:
                return AppendIf(text, attribute.ReadFlag(), "set");
            default:
                return AppendNumber(text, attribute);
        }
    }

    private static StunAttributeStatus AppendNumber(StringBuilder text, in StunAttribute attribute)
    {
        StunAttributeStatus status;
        switch (attribute.Type)
        {
            case StunAttributeType.Lifetime:
                status = attribute.ReadUInt32(out uint seconds);
                return AppendIf(text, status, $"{seconds} s");
            case StunAttributeType.Priority:
                status = attribute.ReadUInt32(out uint priority);
                return AppendIf(text, status, $"{priority}");
            case StunAttributeType.ConnectionId:
                status = attribute.ReadUInt32(out uint connection);
                return AppendIf(text, status, $"0x{connection:x8}");
            case StunAttributeType.IceControlled or StunAttributeType.IceControlling:
                status = attribute.ReadUInt64(out ulong tieBreaker);
                return AppendIf(text, status, $"0x{tieBreaker:x16}");
            case StunAttributeType.ChannelNumber:
                status = attribute.ReadUInt16(out ushort channel);
                return AppendIf(text, status, $"0x{channel:X4}");
            case StunAttributeType.RequestedTransport:
                status = attribute.ReadByte(out byte protocol);
                return AppendIf(text, status, protocol switch { 17 => "17, UDP", 6 => "6, TCP", _ => $"{protocol}" });
            case StunAttributeType.RequestedAddressFamily or StunAttributeType.AdditionalAddressFamily:
                status = attribute.ReadByte(out byte family);
                return AppendIf(text, status, (IpFamily)family is IpFamily.IPv4 or IpFamily.IPv6 ? $"{(IpFamily)family}" : $"0x{family:x2}");
            case StunAttributeType.EvenPort:
                status = attribute.ReadEvenPort(out bool reserveNext);
                return AppendIf(text, status, reserveNext ? "and the next one reserved" : "alone");
            case StunAttributeType.ChangeRequest:
                status = attribute.ReadChangeRequest(out bool changeIp, out bool changePort);
                return AppendIf(text, status, (changeIp, changePort) switch { (true, true) => "address and port", (true, false) => "address", (false, true) => "port", _ => "nothing" });
            case StunAttributeType.ResponsePort:
                status = attribute.ReadResponsePort(out ushort port);
                return AppendIf(text, status, $"{port}");

            // No RFC binds anybody to these types, so another length is another meaning, not a fault.
            case StunAttributeType.Nomination when attribute.Value.Length == 4:
                status = attribute.ReadNomination(out uint nomination);
                return AppendIf(text, status, $"{nomination}");
            case StunAttributeType.GoogNetworkInfo when attribute.Value.Length == 4:
                status = attribute.ReadNetworkInfo(out ushort network, out ushort cost);
                return AppendIf(text, status, $"network {network}, cost {cost}");
            case StunAttributeType.RetransmitCount when attribute.Value.Length == 4:
                status = attribute.ReadUInt32(out uint copies);
                return AppendIf(text, status, $"{copies}");
            case StunAttributeType.CacheTimeout or StunAttributeType.GoogLastIceCheckReceived or StunAttributeType.GoogMiscInfo
                or StunAttributeType.GoogDelta or StunAttributeType.GoogDeltaAck:
                return AppendIf(text, StunAttributeStatus.Ok, StunMessagePrinter.Head(attribute.Value));
            case StunAttributeType.GoogMessageIntegrity32:
                text.Append("not shown");
                return StunAttributeStatus.Ok;
            case StunAttributeType.Icmp:
                status = attribute.ReadIcmp(out byte type, out byte code, out uint data);
                return AppendIf(text, status, $"type {type}, code {code}, data {data}");
            case StunAttributeType.UserHash:
                return AppendIf(text, attribute.ReadBytes(LongTermKey.UserHashBytes, out _), StunMessagePrinter.Head(attribute.Value));
            default:
                text.Append(attribute.IsComprehensionRequired ? "unknown, required: " : "unknown: ").Append(StunMessagePrinter.Head(attribute.Value));
                return StunAttributeStatus.Ok;
        }
    }

    private static StunAttributeStatus AppendIf(StringBuilder text, StunAttributeStatus status, string value)
    {
        text.Append(status == StunAttributeStatus.Ok ? value : string.Empty);
        return status;
    }

    private static StunAttributeStatus AppendAddress(StringBuilder text, StunAttributeStatus status, TransportAddress address) =>
        AppendIf(text, status, address.ToString());

    private static StunAttributeStatus AppendText(StringBuilder text, in StunAttribute attribute)
    {
        StunAttributeStatus status = attribute.ReadText(out ReadOnlySpan<byte> utf8);
        if (status == StunAttributeStatus.Ok)
        {
            QuotedText.Append(text, utf8);
        }

        return status;
    }

    private static StunAttributeStatus AppendNonce(StringBuilder text, in StunAttribute attribute)
    {
        StunAttributeStatus status = AppendText(text, attribute);
        NonceCookie cookie = NonceCookie.Read(attribute.Value);
        if (status == StunAttributeStatus.Ok && cookie.IsPresent)
        {
            text.Append((cookie.PasswordAlgorithms, cookie.UsernameAnonymity) switch
            {
                (true, true) => ", password algorithms and username anonymity",
                (true, false) => ", password algorithms",
                (false, true) => ", username anonymity",
                _ => ", no security features",
            });
        }

        return status;
    }

    private static StunAttributeStatus AppendErrorCode(StringBuilder text, in StunAttribute attribute)
    {
        StunAttributeStatus status = attribute.ReadErrorCode(out int code, out ReadOnlySpan<byte> reason);
        if (status == StunAttributeStatus.Ok)
        {
            text.Append(CultureInfo.InvariantCulture, $"{code} ");
            QuotedText.Append(text, reason);
        }

        return status;
    }

    private static StunAttributeStatus AppendAddressErrorCode(StringBuilder text, in StunAttribute attribute)
    {
        StunAttributeStatus status = attribute.ReadAddressErrorCode(out IpFamily family, out int code, out ReadOnlySpan<byte> reason);
        if (status == StunAttributeStatus.Ok)
        {
            text.Append(CultureInfo.InvariantCulture, $"{family} {code} ");
            QuotedText.Append(text, reason);
        }

        return status;
    }

    private static StunAttributeStatus AppendTypes(StringBuilder text, in StunAttribute attribute)
    {
        const int most = 8;
        StunAttributeStatus status = attribute.ReadUnknownAttributes(out _);
        if (status != StunAttributeStatus.Ok)
        {
            return status;
        }

        ReadOnlySpan<byte> value = attribute.Value;
        for (int i = 0; i < value.Length && i < 2 * most; i += 2)
        {
            text.Append(i == 0 ? string.Empty : ", ").Append(StunNames.Of((StunAttributeType)BinaryPrimitives.ReadUInt16BigEndian(value[i..])));
        }

        text.Append(value.Length > 2 * most ? ", ..." : string.Empty);
        return status;
    }

    private static StunAttributeStatus AppendAlgorithms(StringBuilder text, in StunAttribute attribute)
    {
        const int most = 8;
        StunAttributeStatus status = attribute.ReadPasswordAlgorithms(out StunPasswordAlgorithmList list);
        int count = 0;
        foreach (StunPasswordAlgorithmEntry entry in list)
        {
            text.Append(count == 0 ? string.Empty : ", ");
            if (++count > most)
            {
                text.Append("...");
                break;
            }

            text.Append(entry.Algorithm switch
            {
                StunPasswordAlgorithm.Md5 => "MD5",
                StunPasswordAlgorithm.Sha256 => "SHA-256",
                _ => string.Create(CultureInfo.InvariantCulture, $"0x{(ushort)entry.Algorithm:X4}"),
            });
        }

        return status;
    }
}
