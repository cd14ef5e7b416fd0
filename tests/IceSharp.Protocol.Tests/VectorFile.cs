using System.Text.Json;

namespace IceSharp.Protocol.Tests;

/// <summary>A file of vectors in the folder of that name.</summary>
internal static class VectorFile
{
    public static JsonElement Load(string name) =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Vectors", name))).RootElement;

    /// <summary>The entries of one array of a file by their ID, in the order of the file.</summary>
    public static IReadOnlyDictionary<string, JsonElement> ById(string name, string array) =>
        new OrderedDictionary<string, JsonElement>(
            Load(name).GetProperty(array).EnumerateArray().Select(e => KeyValuePair.Create(e.Text("id"), e)));

    public static string Text(this JsonElement element, string property) => element.GetProperty(property).GetString()!;

    public static string? OptionalText(this JsonElement element, string property) =>
        element.TryGetProperty(property, out JsonElement value) ? value.GetString() : null;

    public static byte[] Bytes(this JsonElement element, string property) => Convert.FromHexString(element.Text(property));

    public static int Number(this JsonElement element, string property) => element.GetProperty(property).GetInt32();

    public static TheoryData<string> Theory(IEnumerable<string> ids)
    {
        var data = new TheoryData<string>();
        foreach (string id in ids)
        {
            data.Add(id);
        }

        return data;
    }
}
