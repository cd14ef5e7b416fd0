namespace IceSharp.Protocol.Tests.Architecture;

/// <summary>Everything outside of itself that the protocol core may mention. What is not here is I/O, a clock, a thread, chance, or has not been looked at.</summary>
/// <remarks>
/// A new entry is fine for something that only computes: no sockets, files, clocks, tasks, threads, locks, random numbers,
/// process-wide state, current culture or reflection.
/// </remarks>
internal static class AllowedReferences
{
    /// <summary>Namespaces in which every type only computes.</summary>
    public static readonly IReadOnlySet<string> Namespaces = new HashSet<string>
    {
        "System.Buffers.Binary",
        "System.Buffers.Text",
        "System.Collections",
        "System.Collections.Frozen",
        "System.Collections.Generic",
        "System.Collections.Immutable",
        "System.Collections.ObjectModel",
        "System.Diagnostics.CodeAnalysis",
        "System.Linq",
        "System.Numerics",
        "System.Runtime.InteropServices",
        "System.Runtime.Intrinsics",
        "System.Runtime.Intrinsics.X86",
        "System.Runtime.Versioning",
        "System.Text",
        "System.Text.Unicode",
    };

    /// <summary>Single types of the namespaces that also hold what the core must not touch.</summary>
    public static readonly IReadOnlySet<string> Types = new HashSet<string>
    {
        // Attributes that the compiler and the project put on the assembly.
        "System.Reflection.AssemblyCompanyAttribute",
        "System.Reflection.AssemblyConfigurationAttribute",
        "System.Reflection.AssemblyCopyrightAttribute",
        "System.Reflection.AssemblyDescriptionAttribute",
        "System.Reflection.AssemblyFileVersionAttribute",
        "System.Reflection.AssemblyInformationalVersionAttribute",
        "System.Reflection.MemberInfo",
        "System.Reflection.AssemblyMetadataAttribute",
        "System.Reflection.AssemblyProductAttribute",
        "System.Reflection.AssemblyTitleAttribute",
        "System.Reflection.DefaultMemberAttribute",
        "System.Diagnostics.DebuggableAttribute",
        "System.Diagnostics.DebuggerBrowsableAttribute",
        "System.Diagnostics.DebuggerBrowsableState",
        "System.Diagnostics.DebuggerDisplayAttribute",
        "System.Diagnostics.DebuggerHiddenAttribute",
        "System.Diagnostics.UnreachableException",

        "System.Action",
        "System.Action`1",
        "System.Action`2",
        "System.Action`3",
        "System.ArgumentException",
        "System.ArgumentNullException",
        "System.ArgumentOutOfRangeException",
        "System.Array",
        "System.Attribute",
        "System.AttributeTargets",
        "System.AttributeUsageAttribute",
        "System.BitConverter",
        "System.Boolean",
        "System.Byte",
        "System.Char",
        "System.Comparison`1",
        "System.Convert",
        "System.Delegate",
        "System.Double",
        "System.Enum",
        "System.Environment",
        "System.Exception",
        "System.FlagsAttribute",
        "System.FormatException",
        "System.FormattableString",
        "System.Func`1",
        "System.Func`2",
        "System.Func`3",
        "System.HashCode",
        "System.IComparable",
        "System.IComparable`1",
        "System.IDisposable",
        "System.IEquatable`1",
        "System.IFormatProvider",
        "System.IFormattable",
        "System.ISpanFormattable",
        "System.Index",
        "System.IndexOutOfRangeException",
        "System.Int16",
        "System.Int32",
        "System.Int64",
        "System.IntPtr",
        "System.InvalidOperationException",
        "System.Math",
        "System.Memory`1",
        "System.MemoryExtensions",
        "System.MulticastDelegate",
        "System.NotSupportedException",
        "System.Nullable`1",
        "System.Object",
        "System.ObjectDisposedException",
        "System.ObsoleteAttribute",
        "System.OverflowException",
        "System.ParamArrayAttribute",
        "System.PlatformNotSupportedException",
        "System.Predicate`1",
        "System.Range",
        "System.ReadOnlyMemory`1",
        "System.ReadOnlySpan`1",
        "System.RuntimeFieldHandle",
        "System.RuntimeTypeHandle",
        "System.SByte",
        "System.Single",
        "System.Span`1",
        "System.String",
        "System.StringComparer",
        "System.StringComparison",
        "System.StringSplitOptions",
        "System.TimeSpan",
        "System.Type",
        "System.UInt128",
        "System.UInt16",
        "System.UInt32",
        "System.UInt64",
        "System.UIntPtr",
        "System.ValueType",
        "System.Uri",
        "System.UriKind",
        "System.Void",

        "System.Buffers.IBufferWriter`1",
        "System.Buffers.OperationStatus",
        "System.Buffers.SearchValues",
        "System.Buffers.SearchValues`1",
        "System.Buffers.SpanAction`2",
        "System.Globalization.CultureInfo",
        "System.Globalization.NumberStyles",
        "System.Globalization.UnicodeCategory",
        "System.Globalization.CharUnicodeInfo",

        // Parses and prints literals.
        "System.Net.IPAddress",

        // Hashes and macs; the random number generator is not among them.
        "System.Security.Cryptography.CryptographicOperations",
        "System.Security.Cryptography.HashAlgorithmName",
        "System.Security.Cryptography.HMACSHA1",
        "System.Security.Cryptography.HMACSHA256",
        "System.Security.Cryptography.IncrementalHash",
        "System.Security.Cryptography.MD5",
        "System.Security.Cryptography.SHA1",
        "System.Security.Cryptography.SHA256",

        // What the compiler needs; the builders of async state machines are not among them.
        "System.Runtime.CompilerServices.InlineArray2`1",
        "System.Runtime.CompilerServices.InlineArray3`1",
        "System.Runtime.CompilerServices.InlineArray4`1",
        "System.Runtime.CompilerServices.InlineArray5`1",
        "System.Runtime.CompilerServices.ParamCollectionAttribute",
        "System.Runtime.CompilerServices.CallerArgumentExpressionAttribute",
        "System.Runtime.CompilerServices.CompilationRelaxationsAttribute",
        "System.Runtime.CompilerServices.CompilerFeatureRequiredAttribute",
        "System.Runtime.CompilerServices.CompilerGeneratedAttribute",
        "System.Runtime.CompilerServices.DefaultInterpolatedStringHandler",
        "System.Runtime.CompilerServices.ExtensionAttribute",
        "System.Runtime.CompilerServices.FormattableStringFactory",
        "System.Runtime.CompilerServices.InlineArrayAttribute",
        "System.Runtime.CompilerServices.InternalsVisibleToAttribute",
        "System.Runtime.CompilerServices.IsByRefLikeAttribute",
        "System.Runtime.CompilerServices.IsExternalInit",
        "System.Runtime.CompilerServices.IsReadOnlyAttribute",
        "System.Runtime.CompilerServices.IsUnmanagedAttribute",
        "System.Runtime.CompilerServices.IteratorStateMachineAttribute",
        "System.Runtime.CompilerServices.ITuple",
        "System.Runtime.CompilerServices.NullableAttribute",
        "System.Runtime.CompilerServices.NullableContextAttribute",
        "System.Runtime.CompilerServices.NullablePublicOnlyAttribute",
        "System.Runtime.CompilerServices.PreserveBaseOverridesAttribute",
        "System.Runtime.CompilerServices.RefSafetyRulesAttribute",
        "System.Runtime.CompilerServices.RequiredMemberAttribute",
        "System.Runtime.CompilerServices.RuntimeCompatibilityAttribute",
        "System.Runtime.CompilerServices.RuntimeHelpers",
        "System.Runtime.CompilerServices.ScopedRefAttribute",
        "System.Runtime.CompilerServices.SwitchExpressionException",
        "System.Runtime.CompilerServices.TupleElementNamesAttribute",
        "System.Runtime.CompilerServices.Unsafe",
        "System.Runtime.CompilerServices.UnscopedRefAttribute",
    };

    /// <summary>Types of which only these members may be used.</summary>
    public static readonly IReadOnlyDictionary<string, string[]> Members = new Dictionary<string, string[]>
    {
        // Iterators remember the thread that made them.
        ["System.Environment"] = ["get_CurrentManagedThreadId"],
        ["System.Globalization.CultureInfo"] = ["get_InvariantCulture"],
        ["System.Net.IPAddress"] = [".ctor", "TryParse", "TryWriteBytes", "ToString", "TryFormat", "GetAddressBytes"],
        ["System.Type"] = ["GetTypeFromHandle", "op_Equality", "op_Inequality"],
    };

    public static bool IsAllowed(string type)
    {
        int outer = type.IndexOf('+', StringComparison.Ordinal);
        string name = outer < 0 ? type : type[..outer];
        return Types.Contains(name)
            || name.StartsWith("System.ValueTuple`", StringComparison.Ordinal)
            || Namespaces.Contains(name[..name.LastIndexOf('.')]);
    }
}
