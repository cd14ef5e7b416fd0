using System.Collections.Immutable;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace IceSharp.Protocol.Tests.Architecture;

/// <summary>What a built assembly mentions of others, read from its metadata tables: no field, signature or generated body can hide from it.</summary>
internal sealed class AssemblyReferences
{
    public AssemblyReferences(string path)
    {
        using var file = new PEReader(File.OpenRead(path));
        MetadataReader metadata = file.GetMetadataReader();
        Assemblies = [.. metadata.AssemblyReferences.Select(h => metadata.GetString(metadata.GetAssemblyReference(h).Name))];
        Types = [.. metadata.TypeReferences.Select(h => Name(metadata, h)).Order(StringComparer.Ordinal)];
        Members = [.. metadata.MemberReferences.Select(metadata.GetMemberReference)
            .Select(m => (Parent(metadata, m.Parent), metadata.GetString(m.Name)))
            .Where(m => m.Item1 is not null)!];
        NativeModules = [.. Enumerable.Range(1, metadata.GetTableRowCount(TableIndex.ModuleRef))
            .Select(row => metadata.GetString(metadata.GetModuleReference(MetadataTokens.ModuleReferenceHandle(row)).Name))];
    }

    public IReadOnlyList<string> Assemblies { get; }

    /// <summary>Full names; a nested type's stands behind its outer type's and a plus sign.</summary>
    public IReadOnlyList<string> Types { get; }

    public IReadOnlyList<(string Type, string Member)> Members { get; }

    /// <summary>Libraries that methods are imported from.</summary>
    public IReadOnlyList<string> NativeModules { get; }

    /// <summary>Everything that the allow-list does not cover.</summary>
    public IReadOnlyList<string> Forbidden() =>
    [
        .. Types.Where(t => !AllowedReferences.IsAllowed(t)),
        .. Members.Where(m => AllowedReferences.Members.TryGetValue(m.Type, out string[]? members) && !members.Contains(m.Member))
            .Select(m => $"{m.Type}.{m.Member}").Distinct(),
        .. NativeModules,
    ];

    private static string Name(MetadataReader metadata, TypeReferenceHandle handle)
    {
        TypeReference type = metadata.GetTypeReference(handle);
        string name = metadata.GetString(type.Name);
        return type.ResolutionScope.Kind == HandleKind.TypeReference
            ? $"{Name(metadata, (TypeReferenceHandle)type.ResolutionScope)}+{name}"
            : $"{metadata.GetString(type.Namespace)}.{name}";
    }

    private static string? Parent(MetadataReader metadata, EntityHandle parent) => parent.Kind switch
    {
        HandleKind.TypeReference => Name(metadata, (TypeReferenceHandle)parent),
        HandleKind.TypeSpecification => metadata.GetTypeSpecification((TypeSpecificationHandle)parent).DecodeSignature(new Names(), null),
        _ => null,
    };

    // Of a constructed type only the name of its definition matters here: its arguments have rows of their own.
    private sealed class Names : ISignatureTypeProvider<string?, object?>
    {
        public string? GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => Name(reader, handle);

        public string? GetGenericInstantiation(string? genericType, ImmutableArray<string?> typeArguments) => genericType;

        public string? GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => null;

        public string? GetTypeFromSpecification(MetadataReader reader, object? genericContext, TypeSpecificationHandle handle, byte rawTypeKind) => null;

        public string? GetPrimitiveType(PrimitiveTypeCode typeCode) => null;

        public string? GetSZArrayType(string? elementType) => elementType;

        public string? GetArrayType(string? elementType, ArrayShape shape) => elementType;

        public string? GetByReferenceType(string? elementType) => elementType;

        public string? GetPointerType(string? elementType) => elementType;

        public string? GetPinnedType(string? elementType) => elementType;

        public string? GetModifiedType(string? modifier, string? unmodifiedType, bool isRequired) => unmodifiedType;

        public string? GetFunctionPointerType(MethodSignature<string?> signature) => null;

        public string? GetGenericMethodParameter(object? genericContext, int index) => null;

        public string? GetGenericTypeParameter(object? genericContext, int index) => null;
    }
}
