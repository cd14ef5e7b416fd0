using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;

namespace IceSharp.Testing;

/// <summary>The objects of a recording (settings, descriptions, host answers) as JSON, whatever properties they get in the future.</summary>
internal static class ReplayJson
{
    private const string Trimming = "A test kit is not trimmed; the types are those of IceSharp.Protocol, which the test uses.";

    private static readonly JsonSerializerOptions Options = new()
    {
        Converters = { new TextConverter<IpAddress>(IpAddress.Parse), new TextConverter<TransportAddress>(TransportAddress.Parse) },
        TypeInfoResolver = CreateResolver(),
    };

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = Trimming)]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = Trimming)]
    public static (string Type, string Json) Write(object? value)
    {
        Type type = value?.GetType() ?? typeof(object);
        return (value is null ? string.Empty : NameOf(type), JsonSerializer.Serialize(value, type, Options));
    }

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = Trimming)]
    [UnconditionalSuppressMessage("Trimming", "IL2057", Justification = Trimming)]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = Trimming)]
    public static object? Read((string Type, string Json) written)
    {
        if (written.Type.Length == 0)
        {
            return null;
        }

        Type type = Type.GetType(written.Type, throwOnError: false)
            ?? throw new FormatException($"The recording has a value of type {written.Type}, which this version does not know.");
        return JsonSerializer.Deserialize(written.Json, type, Options);
    }

    // Versions change; a recording names types by what does not.
    private static string NameOf(Type type) => type.Assembly == typeof(object).Assembly ? type.FullName! : $"{type.FullName}, {type.Assembly.GetName().Name}";

    // What is no data (filters, the journal itself) stays out.
    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = Trimming)]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = Trimming)]
    private static DefaultJsonTypeInfoResolver CreateResolver()
    {
        DefaultJsonTypeInfoResolver resolver = new();
        resolver.Modifiers.Add(info =>
        {
            if (info.Type == typeof(IceNominationPolicy))
            {
                // A policy of the application's own is recorded without its name and cannot be replayed.
                info.PolymorphismOptions = new JsonPolymorphismOptions
                {
                    UnknownDerivedTypeHandling = JsonUnknownDerivedTypeHandling.FallBackToBaseType,
                    DerivedTypes = { new JsonDerivedType(typeof(EvidenceNomination), "evidence"), new JsonDerivedType(typeof(FirstValidNomination), "first valid") },
                };
            }

            for (int i = info.Properties.Count - 1; i >= 0; i--)
            {
                Type type = info.Properties[i].PropertyType;
                bool isComputed = info.Kind == JsonTypeInfoKind.Object && info.Properties[i].Set is null;
                if (typeof(Delegate).IsAssignableFrom(type) || type == typeof(IAgentJournal) || isComputed)
                {
                    info.Properties.RemoveAt(i);
                }
            }
        });
        return resolver;
    }

    private sealed class TextConverter<T>(Func<string, T> parse) : JsonConverter<T>
        where T : struct
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetString() is { Length: > 0 } text ? parse(text) : default;

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.Equals(default(T)) ? string.Empty : value.ToString());
    }
}
