using System.Diagnostics.CodeAnalysis;
using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>Runs applications with real <see cref="IceAgent"/>s on the topology of a <see cref="Scenario"/>, in virtual time.</summary>
/// <remarks>
/// Everything runs on the thread that calls <see cref="Run(Func{Task}, TimeSpan?)"/>: the agents' loops, timers, the network, and the application's
/// code between its awaits. Time moves on only while all of them wait, so the same seed gives the same packets. The code under test has to
/// await without leaving that thread: no <c>ConfigureAwait(false)</c> before it calls an agent, no <c>Task.Run</c>, no blocking; delays through
/// <see cref="TimeProvider"/>. Handlers of the agents' events run on the thread pool as always: watch with them, do not act.
/// </remarks>
/// <example><code>
/// using AgentLab lab = new(new Scenario("behind a router").AddNat("router", NatBehaviour.PortRestrictedCone, "203.0.113.1").AddHost("laptop", "192.168.1.2", behind: "router")
///     .AddHost("server", "198.51.100.2").AddPeer("alice", on: "laptop").AddPeer("bob", on: "server"));
/// lab.Run(async () =>
/// {
///     await using MyApp alice = new(lab.CreateOptions("alice")), bob = new(lab.CreateOptions("bob"));
///     await alice.CallAsync(bob);
/// });
/// </code></example>
[Experimental("ICE0001")]
public sealed class AgentLab : IDisposable
{
    private readonly LabContext _context = new();
    private readonly VirtualLoopExecutor _executor;
    private readonly Dictionary<string, int> _created = [];

    /// <summary>Builds the topology. Calls, data and expectations of the scenario are the application's here; events that need the kit's own agents fail.</summary>
    /// <param name="scenario">The topology, and events at times.</param>
    /// <exception cref="ScenarioException">The scenario contradicts itself.</exception>
    public AgentLab(Scenario scenario)
    {
        ArgumentNullException.ThrowIfNull(scenario);
        World = scenario.CreateWorld();
        World.ScheduleEvents();
        TimeProvider = new VirtualTimeProvider(World.Network);
        _executor = new VirtualLoopExecutor(World.Network);
    }

    /// <summary>The topology: look at its trace, and change it while nothing runs or from the application's code.</summary>
    public ScenarioWorld World { get; }

    /// <summary>The virtual clock; give it to everything in the application that waits or looks at the time.</summary>
    public TimeProvider TimeProvider { get; }

    /// <summary>Options for an agent of a peer: its host's network, the virtual clock, the peer's servers, and chance from the seed.</summary>
    /// <param name="peer">The peer's name in the scenario.</param>
    /// <exception cref="ArgumentException">There is no such peer.</exception>
    public IceAgentOptions CreateOptions(string peer)
    {
        VirtualHost host = World.HostOf(peer);
        int number = _created[peer] = _created.GetValueOrDefault(peer) + 1;
        return new IceAgentOptions
        {
            Network = new VirtualIceNetwork(host),
            LoopExecutor = _executor,
            TimeProvider = TimeProvider,
            RandomSource = World.Network.Random.Derive($"agent {number} of {peer}"),
            SharePacing = false,
            Servers = [.. World.ServersOf(peer).Select(Server)],
        };
    }

    /// <summary>Runs code of the application until it has ended.</summary>
    /// <param name="code">The code; begins on the calling thread.</param>
    /// <param name="atMost">Virtual time that it may take; null is one minute.</param>
    /// <exception cref="TimeoutException">The time is over, or nothing would ever happen any more.</exception>
    public void Run(Func<Task> code, TimeSpan? atMost = null)
    {
        ArgumentNullException.ThrowIfNull(code);
        Run<bool>(
            async () =>
            {
                await code();
                return true;
            },
            atMost);
    }

    /// <summary>Runs code of the application until it has a result.</summary>
    /// <param name="code">The code; begins on the calling thread.</param>
    /// <param name="atMost">Virtual time that it may take; null is one minute.</param>
    /// <exception cref="TimeoutException">The time is over, or nothing would ever happen any more.</exception>
    public T Run<T>(Func<Task<T>> code, TimeSpan? atMost = null)
    {
        ArgumentNullException.ThrowIfNull(code);
        Task<T>? task = null;
        _context.Post(_ => task = code(), null);
        Work(() => task is { IsCompleted: true }, atMost ?? TimeSpan.FromMinutes(1), mayIdle: false);
        return task!.GetAwaiter().GetResult();
    }

    /// <summary>Lets time pass.</summary>
    /// <param name="time">How much, in virtual time.</param>
    public void RunFor(TimeSpan time) => Work(() => false, time, mayIdle: true);

    /// <summary>Stops the servers. Dispose of the agents first, inside <see cref="Run(Func{Task}, TimeSpan?)"/>.</summary>
    public void Dispose() => World.Dispose();

    private static IceServer Server(Protocol.Agent.IceServerSettings settings) =>
        settings.Kind == IceServerKind.Turn
            ? IceServer.Turn($"turn:{Host(settings.Host)}", settings.Username!, settings.Password!)
            : IceServer.Stun($"stun:{Host(settings.Host)}");

    private static string Host(string host) => host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;

    private void Work(Func<bool> isDone, TimeSpan limit, bool mayIdle)
    {
        SynchronizationContext? outer = SynchronizationContext.Current;
        MonotonicTime end = World.Network.Now + limit;
        try
        {
            while (true)
            {
                Settle();
                if (isDone())
                {
                    return;
                }

                // One event at a time: whatever it wakes comes before the next.
                bool moved = false;
                RunOutcome outcome = World.Network.RunUntil(() => moved || !(moved = true), end - World.Network.Now);
                if (outcome is RunOutcome.TimeUp or RunOutcome.Idle)
                {
                    Settle();
                    if (mayIdle || isDone())
                    {
                        return;
                    }

                    throw new TimeoutException(outcome == RunOutcome.Idle
                        ? $"Nothing is left that could happen, and the code still waits, at {World.Network.Now}."
                        : $"The code still waits after {limit} of virtual time.");
                }
            }
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(outer);
        }
    }

    // The application's code under its context, the loops under none: there, what the library awaits goes on at once.
    private void Settle()
    {
        bool moved = true;
        while (moved)
        {
            SynchronizationContext.SetSynchronizationContext(null);
            moved = _executor.RunWoken();
            SynchronizationContext.SetSynchronizationContext(_context);
            moved |= _context.RunPosted();
        }

        SynchronizationContext.SetSynchronizationContext(null);
    }
}
