using System.Globalization;
using System.Reflection;
using System.Reflection.Emit;
using System.Security.Cryptography;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;
using static IceSharp.Protocol.Tests.Agent.CheckBench;

namespace IceSharp.Protocol.Tests.Agent;

/// <summary>Passwords and tie-breakers stay inside.</summary>
public class SecretsTests
{
    [Fact]
    [Rfc("ICE-8445-5.3-f")]
    public void No_event_state_statistic_description_or_exception_shows_a_password_or_a_tie_breaker()
    {
        const string ServerPassword = "password+of+the+TURN+server";
        var options = new IceAgentMachineOptions { Role = IceRole.Controlling };
        var server = new IceServerSettings { Kind = IceServerKind.Turn, Host = "192.0.2.1", Username = "user", Password = ServerPassword };
        using CheckBench bench = new CheckBench(options).Tell(Candidate("10.0.2.7"), Candidate("10.0.2.8"));
        IceDescription own = bench.Machine.CreateLocalDescription();
        IceDescription told = bench.Description([Candidate("10.0.2.7")]);
        ulong tieBreaker = bench.Checks[0].Message.Controlling!.Value;
        bench.Answer(bench.Checks[0], 401, password: null);
        bench.Check("10.0.2.7", controlling: ulong.MaxValue - 1);
        bench.Check("10.0.2.9", password: "aPasswordOfNobody1234567");
        bench.Run(100).AnswerAll();
        bench.Check("10.0.2.7", useCandidate: true, controlling: ulong.MaxValue - 1);
        bench.Machine.Restart(bench.Now);
        bench.Run(50_000);
        string[] mistakes =
        [
            Mistake(() => bench.Machine.SetRemoteDescription(bench.Now, told with { IsLite = true })),
            Mistake(() => bench.Machine.SetRemoteDescription(bench.Now, told with { Streams = [told.Streams[0] with { Ufrag = "new", Password = "short+secret" }] })),
            Mistake(() => _ = new IceAgentMachine(options with { Servers = [server with { Host = string.Empty }] }, new TestRandom("mistake"), new IntervalPacingGate())),
        ];

        string everything = string.Join('\n',
        [
            .. bench.Events.Select(e => $"{e}"), .. bench.Machine.GetPairs(0).Select(p => $"{p}"), .. mistakes,
            $"{bench.Machine} {bench.Machine.GetStatistics(bench.Now)} {own} {own.Streams[0]} {told} {told.Streams[0]} {server} {options with { Servers = [server] }}",
            .. bench.Machine.GetStatistics(bench.Now).Streams.SelectMany(s => s.Pairs.Select(p => $"{p}").Concat(s.Candidates.Select(c => $"{c}"))),
        ]);

        everything.Should().Contain("10.0.2.7").And.Contain("peer", "there is something to look through");
        string[] secrets =
        [
            own.Streams[0].Password, bench.Machine.CreateLocalDescription().Streams[0].Password, PeerPassword, ServerPassword, "short+secret",
            tieBreaker.ToString(CultureInfo.InvariantCulture), tieBreaker.ToString("x", CultureInfo.InvariantCulture), tieBreaker.ToString("X", CultureInfo.InvariantCulture),
            (ulong.MaxValue - 1).ToString(CultureInfo.InvariantCulture), (ulong.MaxValue - 1).ToString("X", CultureInfo.InvariantCulture),
        ];
        foreach (string secret in secrets)
        {
            everything.Should().NotContainEquivalentOf(secret);
        }
    }

    [Fact]
    [Rfc("ICE-8445-5.3-g")]
    public void Integrity_is_compared_in_constant_time()
    {
        // Everything that verifies integrity goes through the key, and the key compares with FixedTimeEquals in each of its methods that compare.
        MethodInfo fixedTime = typeof(CryptographicOperations).GetMethod(nameof(CryptographicOperations.FixedTimeEquals))!;
        MethodInfo[] methods = typeof(StunIntegrityKey).GetMethods(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly);

        methods.Where(m => Calls(m).Contains(fixedTime)).Should().NotBeEmpty();
        methods.SelectMany(Calls).Where(c => c.Name.Contains("SequenceEqual", StringComparison.Ordinal) || c.Name is "op_Equality" or "Equals").Should().BeEmpty();
        typeof(StunReader).GetMethods().Where(m => m.Name.StartsWith("VerifyIntegrity", StringComparison.Ordinal)).Should().NotBeEmpty()
            .And.OnlyContain(m => Reaches(m, fixedTime, 4));
    }

    private static bool Reaches(MethodBase method, MethodBase target, int depth) =>
        depth > 0 && Calls(method).Any(c => c == target || (c.DeclaringType?.Assembly == typeof(StunReader).Assembly && Reaches(c, target, depth - 1)));

    // The operands of all call instructions; a byte of another operand that looks like one resolves to nothing, or to a method that does not matter.
    private static IEnumerable<MethodBase> Calls(MethodBase method)
    {
        byte[] code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        for (int i = 0; i + 5 <= code.Length; i++)
        {
            if (code[i] == OpCodes.Call.Value || code[i] == OpCodes.Callvirt.Value)
            {
                MethodBase? called = null;
                try
                {
                    called = method.Module.ResolveMethod(BitConverter.ToInt32(code, i + 1));
                }
                catch (ArgumentException)
                {
                }

                if (called is not null)
                {
                    yield return called;
                }
            }
        }
    }

    private static string Mistake(Action action) => FluentActions.Invoking(action).Should().Throw<ArgumentException>().Which.ToString();
}
