using System.Buffers;
using System.Collections.Frozen;
using System.Reflection;
using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Tests.Architecture;

/// <summary>The core keeps no state outside of its machines: two of them in one process cannot see each other.</summary>
public sealed class StaticStateTests
{
    // A state machine's table of legal moves, which only its MoveTo reads.
    private const string TableOfMoves = "LegalMoves";

    // Fields of types that could change but do not, each looked at: filled once, never written, never handed out.
    private static readonly string[] Reviewed =
    [
        "IceSharp.Protocol.Stun.Crc32.Tables",
        "IceSharp.Protocol.Stun.Credentials.OpaqueString.FrameworkNfc",
        "IceSharp.SdpMedia.Audio",
    ];

    [Fact]
    public void Static_fields_are_read_only() => Fields().Where(f => !f.IsInitOnly).Select(Name).Should().BeEmpty();

    [Fact]
    public void Static_fields_hold_values_that_cannot_change() =>
        Fields().Where(f => !IsImmutable(f.FieldType) && f is not { Name: TableOfMoves, IsPrivate: true }).Select(Name).Should().BeSubsetOf(Reviewed);

    [Fact]
    public void Every_reviewed_field_still_exists() => Reviewed.Should().BeSubsetOf(Fields().Select(Name));

    // The compiler keeps delegates and constant data in generated types; constants are no fields at run time.
    private static IEnumerable<FieldInfo> Fields() =>
        typeof(StunReader).Assembly.GetTypes()
            .Where(t => !t.FullName!.Contains('<', StringComparison.Ordinal))
            .SelectMany(t => t.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(f => !f.IsLiteral);

    // The field of a property is called by the property's name.
    private static string Name(FieldInfo field) => $"{field.DeclaringType!.FullName}.{field.Name.Replace("<", "").Replace(">k__BackingField", "")}";

    private static bool IsImmutable(Type type) =>
        type.IsPrimitive || type.IsEnum || type == typeof(string) || type == typeof(TimeSpan) || type == typeof(UInt128)
        || (type.IsGenericType && type.GetGenericTypeDefinition() is { } definition
            && (definition == typeof(SearchValues<>) || definition == typeof(FrozenSet<>) || definition == typeof(FrozenDictionary<,>)
                || definition == typeof(Nullable<>)))
        || IsReadOnlyStruct(type);

    private static bool IsReadOnlyStruct(Type type) =>
        type.IsValueType
        && type.IsDefined(typeof(System.Runtime.CompilerServices.IsReadOnlyAttribute), inherit: false)
        && type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic).All(f => IsImmutable(f.FieldType));
}
