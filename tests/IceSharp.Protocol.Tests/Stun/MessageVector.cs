using System.Globalization;
using System.Text.Json;
using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Tests.Stun;

/// <summary>A whole message with everything that a right decoder says of it.</summary>
internal sealed class MessageVector
{
    private static readonly Dictionary<string, MessageVector> All = LoadAll();

    private MessageVector(JsonElement entry)
    {
        Id = entry.Text("id");
        Hex = entry.Bytes("hex");
        Decoded = entry.GetProperty("decoded");
        Attributes = [.. Decoded.GetProperty("attributes").EnumerateArray().Select(a => new VectorAttribute(a))];
        Expected = entry.OptionalText("expected") ?? "accepted";
        string? key = entry.TryGetProperty("parameters", out JsonElement parameters) ? parameters.OptionalText("hmacKeyHex") : entry.OptionalText("hmacKeyHex");
        Key = key is null ? null : Convert.FromHexString(key);
        TruncationAllowed = entry.TryGetProperty("requiresTruncationAllowed", out JsonElement truncated) && truncated.GetBoolean();
    }

    public static IEnumerable<MessageVector> Accepted => All.Values.Where(v => v.Expected == "accepted");

    public string Id { get; }

    public byte[] Hex { get; }

    public JsonElement Decoded { get; }

    public IReadOnlyList<VectorAttribute> Attributes { get; }

    public string Expected { get; }

    public byte[]? Key { get; }

    public bool TruncationAllowed { get; }

    public StunMethod Method => (StunMethod)ushort.Parse(Decoded.Text("methodNumber").AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    public StunClass Class => Decoded.Text("class") switch
    {
        "request" => StunClass.Request,
        "indication" => StunClass.Indication,
        "success" => StunClass.SuccessResponse,
        "error" => StunClass.ErrorResponse,
        string other => throw new InvalidDataException(other),
    };

    public StunTransactionId TransactionId => StunTransactionId.Read(Decoded.Bytes("transactionId"));

    public static MessageVector ById(string id) => All[id];

    /// <summary>The attributes a receiver may look at: those before the first integrity or fingerprint attribute.</summary>
    public IEnumerable<VectorAttribute> Visible() => Attributes.TakeWhile(a => !a.IsSeal);

    private static Dictionary<string, MessageVector> LoadAll() =>
        VectorFile.ById("rfc-vectors.json", "vectors").Concat(VectorFile.ById("integrity.json", "messages"))
            .ToDictionary(v => v.Key, v => new MessageVector(v.Value));
}
