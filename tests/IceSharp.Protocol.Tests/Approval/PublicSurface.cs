using System.Reflection;
using System.Text;

namespace IceSharp.Protocol.Tests.Approval;

/// <summary>The public and protected members of an assembly, a line each, in a stable order.</summary>
internal static class PublicSurface
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly NullabilityInfoContext Nullability = new();

    public static string Describe(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (Type type in assembly.GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            text.Append(Header(type)).Append('\n');
            foreach (string member in Members(type).Distinct().Order(StringComparer.Ordinal))
            {
                text.Append("    ").Append(member).Append('\n');
            }
        }

        return text.ToString();
    }

    private static string Header(Type type)
    {
        string kind = type.IsEnum ? $"enum : {Name(Enum.GetUnderlyingType(type))}"
            : type.IsInterface ? "interface"
            : typeof(Delegate).IsAssignableFrom(type) ? "delegate"
            : type.IsValueType ? (type.IsByRefLike ? "ref struct" : "struct")
            : type.IsAbstract && type.IsSealed ? "static class"
            : type.IsAbstract ? "abstract class"
            : type.IsSealed ? "sealed class"
            : "class";
        string[] bases = type.IsEnum ? [] :
        [
            .. type.BaseType is { } b && b != typeof(object) && b != typeof(ValueType) ? [Name(b)] : Array.Empty<string>(),
            .. type.GetInterfaces().Where(i => i.IsPublic).Select(Name).Order(StringComparer.Ordinal),
        ];
        return $"{type.Namespace}.{TypeName(type)} ({kind}){(bases.Length > 0 ? " : " + string.Join(", ", bases) : "")}";
    }

    private static IEnumerable<string> Members(Type type)
    {
        if (type.IsEnum)
        {
            return Enum.GetNames(type).Select(n => $"{n} = {Convert.ToInt64(Enum.Parse(type, n), null)}");
        }

        return
        [
            .. type.GetFields(Declared).Where(f => IsVisible(f.Attributes)).Select(Field),
            .. type.GetProperties(Declared).Where(p => p.GetAccessors(nonPublic: true).Any(IsVisible)).Select(Property),
            .. type.GetEvents(Declared).Where(e => IsVisible(e.AddMethod!)).Select(e => $"event {Name(e.EventHandlerType!)} {e.Name}"),
            .. type.GetConstructors(Declared).Where(c => IsVisible(c) && !c.IsStatic).Select(c => $"{Protected(c)}new({Parameters(c)})"),
            .. type.GetMethods(Declared).Where(m => IsVisible(m) && !IsAccessor(m) && !IsGenerated(m)).Select(Method),
        ];
    }

    private static string Field(FieldInfo field)
    {
        string constant = field.IsLiteral ? $" = {field.GetRawConstantValue() ?? "null"}" : "";
        return $"{(field.IsLiteral ? "const " : field.IsStatic ? "static " : "")}{(field.IsInitOnly ? "readonly " : "")}{Name(field.FieldType)} {field.Name}{constant}";
    }

    private static string Property(PropertyInfo property)
    {
        MethodInfo any = property.GetAccessors(nonPublic: true).First(IsVisible);
        string accessors = string.Concat(
            property.GetMethod is { } get && IsVisible(get) ? "get; " : "",
            property.SetMethod is { } set && IsVisible(set) ? (IsInit(set) ? "init; " : "set; ") : "");
        string name = property.GetIndexParameters() is { Length: > 0 } index ? $"this[{string.Join(", ", index.Select(Parameter))}]" : property.Name;
        string required = property.IsDefined(typeof(System.Runtime.CompilerServices.RequiredMemberAttribute)) ? "required " : "";
        return $"{Protected(any)}{(any.IsStatic ? "static " : "")}{required}{Name(property.PropertyType)}{Mark(Nullability.Create(property).ReadState, property.PropertyType)} {name} {{ {accessors}}}";
    }

    private static string Method(MethodInfo method)
    {
        string generics = method.IsGenericMethodDefinition ? $"<{string.Join(", ", method.GetGenericArguments().Select(a => a.Name))}>" : "";
        string result = Name(method.ReturnType) + Mark(Nullability.Create(method.ReturnParameter).ReadState, method.ReturnType);
        return $"{Protected(method)}{(method.IsStatic ? "static " : "")}{result} {method.Name}{generics}({Parameters(method)})";
    }

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(Parameter));

    private static string Parameter(ParameterInfo parameter)
    {
        string direction = parameter.IsOut ? "out " : parameter.IsIn ? "in " : parameter.ParameterType.IsByRef ? "ref " : "";
        string value = parameter.HasDefaultValue ? $" = {(parameter.RawDefaultValue is string s ? $"\"{s}\"" : parameter.RawDefaultValue ?? "default")}" : "";
        return $"{direction}{Name(parameter.ParameterType)}{Mark(Nullability.Create(parameter).WriteState, parameter.ParameterType)} {parameter.Name}{value}";
    }

    private static string Mark(NullabilityState state, Type type) =>
        state == NullabilityState.Nullable && !(type.IsByRef ? type.GetElementType()! : type).IsValueType ? "?" : "";

    private static string Name(Type type)
    {
        if (type.IsByRef)
        {
            return Name(type.GetElementType()!);
        }

        if (type.IsArray)
        {
            return $"{Name(type.GetElementType()!)}[{new string(',', type.GetArrayRank() - 1)}]";
        }

        return Nullable.GetUnderlyingType(type) is { } underlying ? Name(underlying) + "?" : TypeName(type);
    }

    private static string TypeName(Type type)
    {
        string name = type.IsNested && !type.IsGenericParameter ? $"{TypeName(type.DeclaringType!)}.{type.Name}" : type.Name;
        int tick = name.IndexOf('`', StringComparison.Ordinal);
        return tick < 0 ? name : $"{name[..tick]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>";
    }

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsVisible(FieldAttributes attributes) =>
        (attributes & FieldAttributes.FieldAccessMask) is FieldAttributes.Public or FieldAttributes.Family or FieldAttributes.FamORAssem
        && (attributes & FieldAttributes.SpecialName) == 0;

    private static bool IsAccessor(MethodInfo method) => method.IsSpecialName && !method.Name.StartsWith("op_", StringComparison.Ordinal);

    // What records write themselves says nothing that the word record does not.
    private static bool IsGenerated(MethodInfo method) => method.Name.Contains('<', StringComparison.Ordinal)
        || method.IsDefined(typeof(System.Runtime.CompilerServices.CompilerGeneratedAttribute));

    private static bool IsInit(MethodInfo set) =>
        set.ReturnParameter.GetRequiredCustomModifiers().Contains(typeof(System.Runtime.CompilerServices.IsExternalInit));

    private static string Protected(MethodBase method) => method.IsPublic ? "" : "protected ";
}
