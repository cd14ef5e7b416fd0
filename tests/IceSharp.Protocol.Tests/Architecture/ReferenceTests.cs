using System.Runtime.CompilerServices;
using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Tests.Architecture;

/// <summary>The wall between the core and the world, checked on the built assembly.</summary>
public sealed class ReferenceTests
{
    [Fact]
    public void The_core_mentions_nothing_but_what_computes() =>
        new AssemblyReferences(typeof(StunReader).Assembly.Location).Forbidden()
            .Should().BeEmpty("what only computes may be added to {0}; sockets, clocks, tasks, threads, locks and chance stay outside", nameof(AllowedReferences));

    [Fact]
    public void The_check_sees_what_hides_in_fields_signatures_locks_and_async_bodies() =>
        new AssemblyReferences(typeof(Intruder).Assembly.Location).Forbidden().Should().Contain(
        [
            "System.Net.Sockets.Socket",
            "System.Random",
            "System.DateTimeOffset",
            "System.Threading.Monitor",
            "System.Threading.Volatile",
            "System.Runtime.CompilerServices.AsyncTaskMethodBuilder`1",
            "System.Buffers.ArrayPool`1",
            "System.Environment.get_TickCount64",
            "System.Globalization.CultureInfo.get_CurrentCulture",
        ]);

    [Fact]
    public void The_core_stands_on_the_framework_alone() =>
        new AssemblyReferences(typeof(StunReader).Assembly.Location).Assemblies
            .Should().OnlyContain(a => a.StartsWith("System.", StringComparison.Ordinal));

    [Fact]
    public void The_test_kit_stands_on_the_core_and_not_on_the_shell() =>
        new AssemblyReferences(TestKit).Assemblies.Should().NotContain("IceSharp").And.Contain("IceSharp.Protocol");

    [Fact]
    public void Strangers_see_no_more_of_the_core_than_the_shell_does() =>
        typeof(StunReader).Assembly.GetCustomAttributes(typeof(InternalsVisibleToAttribute), inherit: false)
            .Cast<InternalsVisibleToAttribute>().Select(a => a.AssemblyName)
            .Should().Equal("IceSharp.Protocol.Tests");

    private static string TestKit => Path.Combine(AppContext.BaseDirectory, "IceSharp.Testing.dll");

    // All that the core must not do, here where it is allowed.
    private sealed class Intruder
    {
        private readonly object _gate = new();
        private System.Net.Sockets.Socket? _field;
        private bool _flag;

        public void Signature(Random random, DateTimeOffset when)
        {
            lock (_gate)
            {
                _field ??= random.Next() > when.Second ? null : _field;
            }
        }

        public async Task<bool> Body()
        {
            await Task.Yield();
            Volatile.Write(ref _flag, System.Buffers.ArrayPool<byte>.Shared.Rent(1).Length > 0);
            return _flag && Environment.TickCount64 > 0 && System.Globalization.CultureInfo.CurrentCulture.IsReadOnly;
        }
    }
}
