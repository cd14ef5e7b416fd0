using System.Reflection;
using System.Reflection.Emit;

namespace IceSharp.Protocol.Tests.Architecture;

/// <summary>The types that a type uses: in its bases, members, signatures, locals and the tokens of its method bodies.</summary>
internal static class TypeUsage
{
    private const BindingFlags Everything =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> OpCodeByValue = typeof(OpCodes).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Select(f => (OpCode)f.GetValue(null)!).ToDictionary(o => o.Value);

    public static IReadOnlySet<Type> Of(Type type)
    {
        var used = new HashSet<Type>();
        Add(used, type.BaseType);
        Array.ForEach(type.GetInterfaces(), i => Add(used, i));
        foreach (FieldInfo field in type.GetFields(Everything))
        {
            Add(used, field.FieldType);
        }

        foreach (MethodBase method in type.GetMethods(Everything).Concat<MethodBase>(type.GetConstructors(Everything)))
        {
            AddSignature(used, method);
            AddBody(used, method);
        }

        return used;
    }

    private static void AddSignature(HashSet<Type> used, MethodBase method)
    {
        Add(used, (method as MethodInfo)?.ReturnType);
        Array.ForEach(method.GetParameters(), p => Add(used, p.ParameterType));
    }

    private static void AddBody(HashSet<Type> used, MethodBase method)
    {
        if (method.GetMethodBody() is not { } body)
        {
            return;
        }

        foreach (LocalVariableInfo local in body.LocalVariables)
        {
            Add(used, local.LocalType);
        }

        byte[] il = body.GetILAsByteArray()!;
        for (int offset = 0; offset < il.Length;)
        {
            short value = il[offset] == 0xFE ? (short)((il[offset] << 8) | il[offset + 1]) : il[offset];
            OpCode code = OpCodeByValue[value];
            offset += code.Size;
            if (code.OperandType is OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType)
            {
                AddToken(used, method, BitConverter.ToInt32(il, offset));
            }

            offset += OperandBytes(code.OperandType, il, offset);
        }
    }

    private static void AddToken(HashSet<Type> used, MethodBase method, int token)
    {
        Type[] typeArguments = method.DeclaringType!.GetGenericArguments();
        Type[] methodArguments = method.IsGenericMethodDefinition ? method.GetGenericArguments() : [];
        MemberInfo? member = method.Module.ResolveMember(token, typeArguments, methodArguments);
        Add(used, member as Type ?? member?.DeclaringType);
        switch (member)
        {
            case FieldInfo field:
                Add(used, field.FieldType);
                break;
            case MethodBase called:
                AddSignature(used, called);
                Array.ForEach(called.IsGenericMethod ? called.GetGenericArguments() : [], a => Add(used, a));
                break;
        }
    }

    private static int OperandBytes(OperandType type, byte[] il, int offset) => type switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(il, offset)),
        _ => 4,
    };

    private static void Add(HashSet<Type> used, Type? type)
    {
        if (type is null || type.IsGenericParameter)
        {
            return;
        }

        if (type.HasElementType)
        {
            Add(used, type.GetElementType());
            return;
        }

        if (type.IsGenericType)
        {
            Array.ForEach(type.GetGenericArguments(), a => Add(used, a));
        }

        used.Add(type.IsGenericType ? type.GetGenericTypeDefinition() : type);
    }
}
