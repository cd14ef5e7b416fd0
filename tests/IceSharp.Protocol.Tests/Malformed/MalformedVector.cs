using System.Text.Json;

namespace IceSharp.Protocol.Tests.Malformed;

/// <summary>A row of malformed.json: bytes, who gets them, and what must come of it.</summary>
internal sealed class MalformedVector
{
    private static readonly Dictionary<string, MalformedVector> Rows =
        VectorFile.ById("malformed.json", "vectors").ToDictionary(v => v.Key, v => new MalformedVector(v.Value));

    private MalformedVector(JsonElement entry)
    {
        JsonElement expected = entry.GetProperty("expected");
        Id = entry.Text("id");
        Layer = entry.Text("layer");
        Context = entry.Text("context");
        Bytes = entry.Bytes("hex");
        Outcome = expected.Text("outcome");
        Reason = expected.Text("reason");
        Action = expected.OptionalText("action") ?? "";
    }

    public static IReadOnlyCollection<MalformedVector> All => Rows.Values;

    public string Id { get; }

    public string Layer { get; }

    public string Context { get; }

    public byte[] Bytes { get; }

    /// <summary>"rejected", "accepted-with-ignored" or "accepted".</summary>
    public string Outcome { get; }

    public string Reason { get; }

    /// <summary>The visible effect, in words.</summary>
    public string Action { get; }

    public bool IsRejected => Outcome == "rejected";

    public static MalformedVector ById(string id) => Rows[id];

    public static TheoryData<string> OfLayer(string layer) => VectorFile.Theory(All.Where(v => v.Layer == layer).Select(v => v.Id));
}
