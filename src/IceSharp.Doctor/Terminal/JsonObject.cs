using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace IceSharp.Doctor.Terminal;

/// <summary>Writes one JSON object on one line; what is null is left out.</summary>
internal sealed class JsonObject
{
    private static readonly JsonWriterOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Utf8JsonWriter _writer;

    private JsonObject(Utf8JsonWriter writer) => _writer = writer;

    /// <summary>Writes the object that <paramref name="fill"/> fills.</summary>
    public static void Write(TextWriter output, Action<JsonObject> fill)
    {
        using MemoryStream bytes = new();
        using Utf8JsonWriter writer = new(bytes, Relaxed);
        writer.WriteStartObject();
        fill(new JsonObject(writer));
        writer.WriteEndObject();
        writer.Flush();
        output.WriteLine(Encoding.UTF8.GetString(bytes.ToArray()));
    }

    public JsonObject Add(string name, object? value)
    {
        switch (value)
        {
            case null:
                break;
            case bool flag:
                _writer.WriteBoolean(name, flag);
                break;
            case double number:
                _writer.WriteNumber(name, Math.Round(number, 3));
                break;
            case int number:
                _writer.WriteNumber(name, number);
                break;
            default:
                _writer.WriteString(name, value.ToString());
                break;
        }

        return this;
    }

    public JsonObject AddAll(string name, IEnumerable<string> values)
    {
        _writer.WriteStartArray(name);
        foreach (string value in values)
        {
            _writer.WriteStringValue(value);
        }

        _writer.WriteEndArray();
        return this;
    }

    public JsonObject AddAll<T>(string name, IEnumerable<T> values, Action<JsonObject, T> write)
    {
        _writer.WriteStartArray(name);
        foreach (T value in values)
        {
            _writer.WriteStartObject();
            write(this, value);
            _writer.WriteEndObject();
        }

        _writer.WriteEndArray();
        return this;
    }
}
