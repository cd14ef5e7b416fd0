using System.Globalization;
using System.Text.Json;
using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Tests.Stun;

/// <summary>One attribute of a vector: its bytes, and what they mean.</summary>
internal sealed class VectorAttribute(JsonElement entry)
{
    public StunAttributeType Type { get; } =
        (StunAttributeType)ushort.Parse(entry.Text("type").AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    public byte[] Value { get; } = Convert.FromHexString(entry.OptionalText("value") ?? entry.Text("valueHex"));

    public byte[] Padding { get; } = Convert.FromHexString(entry.OptionalText("padding") ?? "");

    /// <summary>The meaning, or null where the vector leaves it at the bytes.</summary>
    public JsonElement? Meaning { get; } = entry.TryGetProperty("decoded", out JsonElement decoded) ? decoded : null;

    public bool IsSeal => Type is StunAttributeType.MessageIntegrity or StunAttributeType.MessageIntegritySha256 or StunAttributeType.Fingerprint;
}
