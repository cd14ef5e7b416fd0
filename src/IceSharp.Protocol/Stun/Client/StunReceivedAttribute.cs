namespace IceSharp.Protocol.Stun.Client;

/// <summary>An attribute of a response as it came.</summary>
/// <param name="Type">Its type; may be one that this library does not know.</param>
/// <param name="Value">Its value without padding.</param>
public sealed record StunReceivedAttribute(StunAttributeType Type, ReadOnlyMemory<byte> Value)
{
    /// <summary>Reads the value as an address that is not masked, for example of OTHER-ADDRESS.</summary>
    /// <param name="address">The address.</param>
    /// <returns>False when it is none.</returns>
    public bool TryReadAddress(out TransportAddress address) => new StunAttribute(Type, Value.Span).ReadAddress(out address) == StunAttributeStatus.Ok;

    /// <summary>"Software (9 bytes)".</summary>
    public override string ToString() => $"{Type} ({Value.Length} bytes)";
}
