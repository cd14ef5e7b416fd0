namespace IceSharp.Protocol.Stun.Client;

/// <summary>Copies out of a response what its request's outcome keeps.</summary>
internal static class ResponseFacts
{
    public static List<StunReceivedAttribute> CopyAttributes(in StunReader response)
    {
        List<StunReceivedAttribute> copies = [];
        foreach (StunAttribute attribute in response)
        {
            copies.Add(new StunReceivedAttribute(attribute.Type, attribute.Value.ToArray()));
        }

        return copies;
    }

    public static string? Software(in StunReader response) =>
        response.GetText(StunAttributeType.Software, out ReadOnlySpan<byte> software) == StunAttributeStatus.Ok ? StunText.Sanitize(software) : null;

    public static List<StunAttributeType> UnknownAttributes(in StunReader response)
    {
        List<StunAttributeType> types = [];
        if (response.TryFind(StunAttributeType.UnknownAttributes, out StunAttribute attribute)
            && attribute.ReadUnknownAttributes(out StunAttributeTypeList list) == StunAttributeStatus.Ok)
        {
            for (int i = 0; i < list.Count; i++)
            {
                types.Add(list[i]);
            }
        }

        return types;
    }

    public static bool TryReadMappedAddress(in StunReader response, bool acceptRfc3489, out TransportAddress mapped)
    {
        bool found = response.GetXorAddress(StunAttributeType.XorMappedAddress, out mapped) == StunAttributeStatus.Ok
            || (acceptRfc3489 && response.GetAddress(StunAttributeType.MappedAddress, out mapped) == StunAttributeStatus.Ok);
        mapped = mapped with { Address = mapped.Address.Unmap() };
        return found && mapped.Port != 0 && !mapped.Address.IsUnspecified && !mapped.Address.IsMulticast;
    }
}
