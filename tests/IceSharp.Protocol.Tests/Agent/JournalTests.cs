using System.Reflection;
using IceSharp.Protocol.Agent;

namespace IceSharp.Protocol.Tests.Agent;

public class JournalTests
{
    // Those that only look. Everything else that is public changes the machine, and a replay has to know of it.
    private static readonly string[] Looking = ["ToString", "Dispose"];

    [Fact]
    public void Every_input_and_output_of_the_machine_tells_the_journal()
    {
        IEnumerable<MethodInfo> methods = typeof(IceAgentMachine).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
            .Where(m => !m.IsSpecialName && !Looking.Contains(m.Name) && !m.Name.StartsWith("Get", StringComparison.Ordinal));

        methods.Should().HaveCountGreaterThan(10);
        methods.Where(m => !CallsTheJournal(m)).Select(m => m.Name).Should().BeEmpty("a verb that the journal misses is missing in every replay");
    }

    [Fact]
    public void The_walk_tells_verbs_that_only_look_from_the_others() =>
        CallsTheJournal(typeof(IceAgentMachine).GetMethod(nameof(IceAgentMachine.GetPairs))!).Should().BeFalse();

    // callvirt and a token of a method of IAgentJournal.
    private static bool CallsTheJournal(MethodInfo method)
    {
        const byte CallVirtual = 0x6F;
        byte[] code = method.GetMethodBody()!.GetILAsByteArray()!;
        for (int i = 0; i + 4 < code.Length; i++)
        {
            if (code[i] == CallVirtual && Resolve(method.Module, BitConverter.ToInt32(code, i + 1))?.DeclaringType == typeof(IAgentJournal))
            {
                return true;
            }
        }

        return false;
    }

    private static MethodBase? Resolve(Module module, int token)
    {
        try
        {
            return module.ResolveMethod(token);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
