namespace IceSharp.Protocol.Sdp;

/// <summary>The address of a <c>c=</c> or <c>a=rtcp</c> line (RFC 8866 §5.7): "IN IP4 192.0.2.1", a TTL dropped.</summary>
/// <param name="Address">The address; <see cref="IpFamily.None"/> when the line has a name.</param>
internal readonly record struct SdpConnection(IpAddress Address)
{
    public static SdpConnection? Read(ReadOnlySpan<char> value)
    {
        var fields = new FieldCursor(value);
        if (!fields.TryNext(out ReadOnlySpan<char> network) || !IceGrammar.EqualsLiteral(network, "IN") ||
            !fields.TryNext(out ReadOnlySpan<char> family) || !(IceGrammar.EqualsLiteral(family, "IP4") || IceGrammar.EqualsLiteral(family, "IP6")) ||
            !fields.TryNext(out ReadOnlySpan<char> host))
        {
            return null;
        }

        int slash = host.IndexOf('/');
        SdpAddressKind kind = SdpAddressReader.Read(slash < 0 ? host : host[..slash], out IpAddress address);
        return kind == SdpAddressKind.Malformed ? null : new SdpConnection(address);
    }

    /// <summary>The address with a port; null when it is a name, whose address nobody asks for.</summary>
    public TransportAddress? At(ushort port) => Address.Family == IpFamily.None ? null : new TransportAddress(Address, port);

    public static string Format(IpAddress address) => (address.Family == IpFamily.IPv6 ? "IN IP6 " : "IN IP4 ") + address;
}
