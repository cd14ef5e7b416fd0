using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Nat;

/// <summary>Reads what a response tells into the record of its test.</summary>
internal static class NatResponse
{
    private const int TryAlternate = 300, UnknownAttribute = 420;

    public static NatTestRecord Read(NatTestRecord record, AskStep step, TransportAddress source, in StunReader message)
    {
        record = record with { ResponseSource = source };
        if (StunComprehension.HasUnknown(message, tolerateRfc3489: true))
        {
            return record with { Outcome = NatTestOutcome.Malformed };
        }

        return message.Class == StunClass.ErrorResponse ? ReadError(record, message) : ReadSuccess(record, step, source, message);
    }

    private static NatTestRecord ReadError(NatTestRecord record, in StunReader message)
    {
        if (message.GetErrorCode(out int code, out _) != StunAttributeStatus.Ok)
        {
            return record with { Outcome = NatTestOutcome.Malformed };
        }

        NatTestOutcome outcome = code switch
        {
            TryAlternate => NatTestOutcome.Redirected,
            UnknownAttribute => NatTestOutcome.NotSupported,
            _ => NatTestOutcome.ErrorResponse,
        };
        return record with { Outcome = outcome, ErrorCode = code };
    }

    private static NatTestRecord ReadSuccess(NatTestRecord record, AskStep step, TransportAddress source, in StunReader message)
    {
        TransportAddress? plain = message.GetAddress(StunAttributeType.MappedAddress, out TransportAddress address) == StunAttributeStatus.Ok ? Unmap(address) : null;
        TransportAddress? mapped = message.GetXorAddress(StunAttributeType.XorMappedAddress, out address) == StunAttributeStatus.Ok ? Unmap(address) : plain;
        if (mapped is not { Port: not 0 } usable || usable.Address.IsUnspecified || usable.Address.IsMulticast)
        {
            return record with { Outcome = NatTestOutcome.Malformed };
        }

        return record with
        {
            // A response that came from elsewhere tells of a server that does not do what it says, not of the NAT.
            Outcome = source == step.ExpectedSource ? NatTestOutcome.Received : NatTestOutcome.UnexpectedSource,
            MappedAddress = mapped,
            PlainMappedAddress = plain,
            ResponseOrigin = message.GetAddress(StunAttributeType.ResponseOrigin, out address) == StunAttributeStatus.Ok ? Unmap(address) : null,
            OtherAddress = message.GetAddress(StunAttributeType.OtherAddress, out address) == StunAttributeStatus.Ok ? Unmap(address) : null,
            ResponsePaddingBytes = message.TryFind(StunAttributeType.Padding, out StunAttribute padding) ? padding.Value.Length : 0,
        };
    }

    private static TransportAddress Unmap(TransportAddress address) => address with { Address = address.Address.Unmap() };
}
