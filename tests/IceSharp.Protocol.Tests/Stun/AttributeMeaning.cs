using System.Globalization;
using System.Text;
using System.Text.Json;
using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Tests.Stun;

/// <summary>Compares an attribute's typed value with a vector's words for it, and writes it from those words.</summary>
internal static class AttributeMeaning
{
    public static void ShouldMean(this StunAttribute attribute, StunTransactionId id, JsonElement meaning)
    {
        switch (attribute.Type)
        {
            case StunAttributeType.MappedAddress or StunAttributeType.AlternateServer or StunAttributeType.ResponseOrigin or StunAttributeType.OtherAddress:
                attribute.ReadAddress(out TransportAddress plain).Should().Be(StunAttributeStatus.Ok);
                plain.Should().Be(Address(meaning));
                break;
            case StunAttributeType.XorMappedAddress or StunAttributeType.XorPeerAddress or StunAttributeType.XorRelayedAddress:
                attribute.ReadXorAddress(id, out TransportAddress xored).Should().Be(StunAttributeStatus.Ok);
                xored.Should().Be(Address(meaning));
                break;
            case StunAttributeType.Username or StunAttributeType.Realm or StunAttributeType.Nonce or StunAttributeType.Software
                or StunAttributeType.AlternateDomain or StunAttributeType.ThirdPartyAuthorization:
                attribute.ReadText(out ReadOnlySpan<byte> utf8).Should().Be(StunAttributeStatus.Ok);
                Encoding.UTF8.GetString(utf8).Should().Be(meaning.GetString());
                break;
            case StunAttributeType.Priority or StunAttributeType.Lifetime or StunAttributeType.ConnectionId:
                attribute.ReadUInt32(out uint number).Should().Be(StunAttributeStatus.Ok);
                number.Should().Be(meaning.GetUInt32());
                break;
            case StunAttributeType.IceControlled or StunAttributeType.IceControlling:
                attribute.ReadUInt64(out ulong tieBreaker).Should().Be(StunAttributeStatus.Ok);
                tieBreaker.Should().Be(Hex(meaning));
                break;
            case StunAttributeType.UseCandidate or StunAttributeType.DontFragment:
                attribute.ReadFlag().Should().Be(StunAttributeStatus.Ok);
                break;
            case StunAttributeType.RequestedTransport:
                attribute.ReadByte(out byte protocol).Should().Be(StunAttributeStatus.Ok);
                protocol.Should().Be(Protocol(meaning));
                break;
            case StunAttributeType.RequestedAddressFamily or StunAttributeType.AdditionalAddressFamily:
                attribute.ReadByte(out byte family).Should().Be(StunAttributeStatus.Ok);
                ((IpFamily)family).Should().Be(Family(meaning));
                break;
            case StunAttributeType.ChannelNumber:
                attribute.ReadUInt16(out ushort channel).Should().Be(StunAttributeStatus.Ok);
                channel.Should().Be((ushort)Hex(meaning));
                break;
            case StunAttributeType.ResponsePort:
                attribute.ReadResponsePort(out ushort port).Should().Be(StunAttributeStatus.Ok);
                port.Should().Be(meaning.GetUInt16());
                break;
            case StunAttributeType.ErrorCode:
                attribute.ReadErrorCode(out int code, out ReadOnlySpan<byte> reason).Should().Be(StunAttributeStatus.Ok);
                (code, Encoding.UTF8.GetString(reason)).Should().Be((meaning.Number("code"), meaning.Text("reason")));
                break;
            case StunAttributeType.AddressErrorCode:
                attribute.ReadAddressErrorCode(out IpFamily failed, out int why, out ReadOnlySpan<byte> words).Should().Be(StunAttributeStatus.Ok);
                (failed, why, Encoding.UTF8.GetString(words)).Should().Be((Family(meaning.GetProperty("family")), meaning.Number("code"), meaning.Text("reason")));
                break;
            case StunAttributeType.EvenPort:
                attribute.ReadEvenPort(out bool reserveNext).Should().Be(StunAttributeStatus.Ok);
                reserveNext.Should().Be(meaning.GetProperty("reserveNext").GetBoolean());
                break;
            case StunAttributeType.ChangeRequest:
                attribute.ReadChangeRequest(out bool changeIp, out bool changePort).Should().Be(StunAttributeStatus.Ok);
                (changeIp, changePort).Should().Be((meaning.GetProperty("changeIp").GetBoolean(), meaning.GetProperty("changePort").GetBoolean()));
                break;
            case StunAttributeType.Icmp:
                attribute.ReadIcmp(out byte icmpType, out byte icmpCode, out uint data).Should().Be(StunAttributeStatus.Ok);
                (icmpType, icmpCode, data).Should().Be(Icmp(meaning));
                break;
            case StunAttributeType.UnknownAttributes:
                attribute.ReadUnknownAttributes(out StunAttributeTypeList types).Should().Be(StunAttributeStatus.Ok);
                Types(types).Should().Equal(Types(meaning));
                break;
            case StunAttributeType.PasswordAlgorithms:
                attribute.ReadPasswordAlgorithms(out StunPasswordAlgorithmList list).Should().Be(StunAttributeStatus.Ok);
                Algorithms(list).Should().Equal(meaning.EnumerateArray().Select(Algorithm));
                break;
            case StunAttributeType.PasswordAlgorithm:
                attribute.ReadPasswordAlgorithm(out StunPasswordAlgorithmEntry entry).Should().Be(StunAttributeStatus.Ok);
                (entry.Algorithm, Convert.ToHexStringLower(entry.Parameters))
                    .Should().Be(Algorithm(meaning.ValueKind == JsonValueKind.Array ? meaning[0] : meaning));
                break;
            case StunAttributeType.UserHash:
                attribute.ReadBytes(32, out _).Should().Be(StunAttributeStatus.Ok);
                break;
            case StunAttributeType.ReservationToken:
                attribute.ReadBytes(8, out _).Should().Be(StunAttributeStatus.Ok);
                break;
            case StunAttributeType.Data or StunAttributeType.MobilityTicket or StunAttributeType.AccessToken or StunAttributeType.Padding:
                // Opaque: the caller compares the bytes.
                break;
            default:
                throw new InvalidDataException($"{attribute.Type} has a meaning that this test does not know.");
        }
    }

    /// <summary>Writes the attribute through the typed method that an application would use.</summary>
    public static void Write(this VectorAttribute attribute, ref StunWriter writer)
    {
        if (attribute.Meaning is not { } meaning)
        {
            writer.AddBytes(attribute.Type, attribute.Value);
            return;
        }

        switch (attribute.Type)
        {
            case StunAttributeType.MappedAddress or StunAttributeType.AlternateServer or StunAttributeType.ResponseOrigin or StunAttributeType.OtherAddress:
                writer.AddAddress(attribute.Type, Address(meaning));
                break;
            case StunAttributeType.XorMappedAddress or StunAttributeType.XorPeerAddress or StunAttributeType.XorRelayedAddress:
                writer.AddXorAddress(attribute.Type, Address(meaning));
                break;
            case StunAttributeType.Username or StunAttributeType.Realm or StunAttributeType.Nonce or StunAttributeType.Software
                or StunAttributeType.AlternateDomain or StunAttributeType.ThirdPartyAuthorization:
                writer.AddText(attribute.Type, meaning.GetString());
                break;
            case StunAttributeType.Priority or StunAttributeType.Lifetime or StunAttributeType.ConnectionId:
                writer.AddUInt32(attribute.Type, meaning.GetUInt32());
                break;
            case StunAttributeType.IceControlled or StunAttributeType.IceControlling:
                writer.AddUInt64(attribute.Type, Hex(meaning));
                break;
            case StunAttributeType.UseCandidate or StunAttributeType.DontFragment:
                writer.AddFlag(attribute.Type);
                break;
            case StunAttributeType.RequestedTransport:
                writer.AddByte(attribute.Type, Protocol(meaning));
                break;
            case StunAttributeType.RequestedAddressFamily or StunAttributeType.AdditionalAddressFamily:
                writer.AddByte(attribute.Type, (byte)Family(meaning));
                break;
            case StunAttributeType.ChannelNumber:
                writer.AddUInt16(attribute.Type, (ushort)Hex(meaning));
                break;
            case StunAttributeType.ResponsePort:
                writer.AddUInt16(attribute.Type, meaning.GetUInt16());
                break;
            case StunAttributeType.ErrorCode:
                writer.AddErrorCode(meaning.Number("code"), meaning.Text("reason"));
                break;
            case StunAttributeType.AddressErrorCode:
                writer.AddAddressErrorCode(Family(meaning.GetProperty("family")), meaning.Number("code"), meaning.Text("reason"));
                break;
            case StunAttributeType.EvenPort:
                writer.AddEvenPort(meaning.GetProperty("reserveNext").GetBoolean());
                break;
            case StunAttributeType.ChangeRequest:
                writer.AddChangeRequest(meaning.GetProperty("changeIp").GetBoolean(), meaning.GetProperty("changePort").GetBoolean());
                break;
            case StunAttributeType.Icmp:
                (byte icmpType, byte icmpCode, uint data) = Icmp(meaning);
                writer.AddIcmp(icmpType, icmpCode, data);
                break;
            case StunAttributeType.UnknownAttributes:
                writer.AddUnknownAttributes(Types(meaning));
                break;
            case StunAttributeType.PasswordAlgorithms when meaning.EnumerateArray().All(a => Algorithm(a).Parameters.Length == 0):
                writer.AddPasswordAlgorithms([.. meaning.EnumerateArray().Select(a => Algorithm(a).Algorithm)]);
                break;
            case StunAttributeType.PasswordAlgorithm:
                writer.AddPasswordAlgorithm(Algorithm(meaning.ValueKind == JsonValueKind.Array ? meaning[0] : meaning).Algorithm);
                break;
            default:
                writer.AddBytes(attribute.Type, attribute.Value);
                break;
        }
    }

    public static TransportAddress Address(JsonElement meaning) => meaning.ValueKind == JsonValueKind.String
        ? TransportAddress.Parse(meaning.GetString()!)
        : new TransportAddress(IpAddress.Parse(meaning.Text("address")), (ushort)meaning.Number("port"));

    private static ulong Hex(JsonElement meaning) => ulong.Parse(meaning.GetString().AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static byte Protocol(JsonElement meaning) =>
        (meaning.ValueKind == JsonValueKind.Object ? meaning.GetProperty("protocol") : meaning).GetByte();

    private static IpFamily Family(JsonElement meaning) => Enum.Parse<IpFamily>(meaning.GetString()!);

    private static (byte Type, byte Code, uint Data) Icmp(JsonElement meaning) => (
        (meaning.TryGetProperty("type", out JsonElement type) ? type : meaning.GetProperty("icmpType")).GetByte(),
        (meaning.TryGetProperty("code", out JsonElement code) ? code : meaning.GetProperty("icmpCode")).GetByte(),
        meaning.GetProperty("errorData").GetUInt32());

    private static StunAttributeType[] Types(JsonElement meaning) => [.. meaning.EnumerateArray().Select(t => (StunAttributeType)Hex(t))];

    private static StunAttributeType[] Types(StunAttributeTypeList types)
    {
        var result = new StunAttributeType[types.Count];
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = types[i];
        }

        return result;
    }

    private static List<(StunPasswordAlgorithm Algorithm, string Parameters)> Algorithms(StunPasswordAlgorithmList list)
    {
        List<(StunPasswordAlgorithm, string)> result = [];
        foreach (StunPasswordAlgorithmEntry entry in list)
        {
            result.Add((entry.Algorithm, Convert.ToHexStringLower(entry.Parameters)));
        }

        return result;
    }

    // "SHA-256", "0x0003 with parameters aabbccddee", or an object with both.
    private static (StunPasswordAlgorithm Algorithm, string Parameters) Algorithm(JsonElement meaning)
    {
        string name = meaning.ValueKind == JsonValueKind.Object ? meaning.Text("algorithm") : meaning.GetString()!;
        string parameters = meaning.ValueKind == JsonValueKind.Object ? meaning.Text("parameters") : "";
        string[] parts = name.Split(" with parameters ");
        return (
            parts[0] switch
            {
                "MD5" => StunPasswordAlgorithm.Md5,
                "SHA-256" => StunPasswordAlgorithm.Sha256,
                string number => (StunPasswordAlgorithm)ushort.Parse(number.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture),
            },
            parts.Length > 1 ? parts[1] : parameters);
    }
}
