using System.Globalization;
using IceSharp.Protocol;
using IceSharp.TestMarks;
using IceSharp.Testing;

namespace IceSharp.Tests.Lab;

/// <summary>Real agents in virtual time.</summary>
public class AgentLabTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly LinkOptions Dsl = new() { Delay = TimeSpan.FromMilliseconds(15), Jitter = TimeSpan.FromMilliseconds(3), Loss = 0.02 };

    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void The_same_seed_gives_the_same_packets_from_real_agents_and_another_seed_others(bool symmetric, bool trickle)
    {
        PacketTrace first = Call(symmetric, trickle, seed: 1);

        for (int i = 0; i < 5; i++)
        {
            Difference(first, Call(symmetric, trickle, seed: 1)).Should().BeNull();
        }

        Difference(first, Call(symmetric, trickle, seed: 2)).Should().NotBeNull();
    }

    [Fact]
    public void An_hour_of_a_call_passes_in_virtual_time()
    {
        using AgentLab lab = Lab(symmetric: false, seed: 1, loss: 0);
        lab.Run(
            async () =>
            {
                await using IceAgent alice = new(lab.CreateOptions("alice")), bob = new(lab.CreateOptions("bob"));
                (IceConnection a, IceConnection b) = await ConnectAsync(alice, bob, trickle: false);
                byte[] buffer = new byte[100];
                for (int i = 0; i < 60; i++)
                {
                    a.TrySend("tick"u8).Should().Be(IceSendResult.Sent);
                    (await b.ReceiveAsync(buffer)).Should().Be(4);
                    await Task.Delay(Minute, lab.TimeProvider);
                }

                (lab.World.Network.Now - MonotonicTime.Zero).Should().BeGreaterThan(TimeSpan.FromHours(1));
            },
            TimeSpan.FromHours(2));
    }

    [Fact]
    public void Closing_in_virtual_time_gives_sockets_and_allocations_back()
    {
        using AgentLab lab = Lab(symmetric: true, seed: 1, loss: 0);
        lab.Run(async () =>
        {
            await using IceAgent alice = new(lab.CreateOptions("alice")), bob = new(lab.CreateOptions("bob"));
            await ConnectAsync(alice, bob, trickle: true);
            lab.World.Server("turn").Machine.Allocations.Should().NotBeEmpty();
        });

        lab.RunFor(TimeSpan.FromSeconds(1));
        lab.World.Server("turn").Machine.Allocations.Should().BeEmpty();
        (lab.World.HostOf("alice").OpenSockets, lab.World.HostOf("bob").OpenSockets).Should().Be((0, 0));
    }

    [Fact]
    [Rfc("ICE-7675-6-a")]
    public void Consent_requests_carry_the_mark_that_checks_and_data_have()
    {
        const int Voice = 46;
        using AgentLab lab = Lab(symmetric: false, seed: 1, loss: 0);
        IceAgentOptions options = lab.CreateOptions("alice");
        var network = new MarkedNetwork(options.Network!);
        int before = 0;
        lab.Run(async () =>
        {
            await using IceAgent alice = new(options with { Network = network }), bob = new(lab.CreateOptions("bob"));
            alice.AddDataStream("0").Rtp.Connection.Dscp = Voice;
            await ConnectAsync(alice, bob, trickle: false);
            await Task.Delay(TimeSpan.FromSeconds(1), lab.TimeProvider);
            before = network.Sent.Count;
            await Task.Delay(TimeSpan.FromSeconds(30), lab.TimeProvider);
        });

        byte[] bindingRequest = [0, 1];
        network.Sent.Skip(before).Count(s => s.Datagram.AsSpan().StartsWith(bindingRequest)).Should().BeGreaterThanOrEqualTo(5, "a consent request is due each 5 s on average");
        network.Sent.Skip(before).Should().OnlyContain(s => s.Dscp == Voice);
    }

    [Fact]
    public void Events_of_the_scenario_happen_while_the_application_runs()
    {
        using AgentLab lab = new(Topology(symmetric: false, loss: 0).ChangeLink("phone", at: TimeSpan.FromSeconds(10), LinkOptions.Down));
        lab.Run(async () =>
        {
            await using IceAgent alice = new(lab.CreateOptions("alice")), bob = new(lab.CreateOptions("bob"));
            (IceConnection a, IceConnection b) = await ConnectAsync(alice, bob, trickle: false);
            await Task.Delay(TimeSpan.FromSeconds(11), lab.TimeProvider);

            b.TrySend("lost"u8);
            await Task.Delay(TimeSpan.FromSeconds(1), lab.TimeProvider);

            a.TryReceive(new byte[10], out _).Should().BeFalse();
            lab.World.Network.Trace.Records[^1].Fate.Should().Be(PacketFate.Lost);
        });
    }

    [Fact]
    public void An_agent_remembers_what_happened_last_without_secrets()
    {
        using AgentLab lab = Lab(symmetric: true, seed: 1, loss: 0);
        lab.Run(async () =>
        {
            await using IceAgent alice = new(lab.CreateOptions("alice")), bob = new(lab.CreateOptions("bob"));
            (await alice.GetTimelineAsync()).Should().BeEmpty();
            await ConnectAsync(alice, bob, trickle: false);

            string timeline = await alice.GetTimelineAsync();

            timeline.Should().Contain("Binding Request").And.Contain("Checking -> ").And.Contain("check sent");
            timeline.Should().NotContain(alice.LocalDescription.Streams[0].Password).And.NotContain("password");
        });
    }

    [Fact]
    public void Code_that_waits_for_ever_is_told_so()
    {
        using AgentLab lab = Lab(symmetric: false, seed: 1, loss: 0);

        Action never = () => lab.Run(() => new TaskCompletionSource().Task);
        Action late = () => lab.Run(() => Task.Delay(Minute, lab.TimeProvider), atMost: TimeSpan.FromSeconds(1));

        never.Should().Throw<TimeoutException>().WithMessage("Nothing is left that could happen*");
        late.Should().Throw<TimeoutException>().WithMessage("*after 00:00:01*");
    }

    [Fact]
    public void What_the_code_throws_comes_out()
    {
        using AgentLab lab = Lab(symmetric: false, seed: 1, loss: 0);

        Action run = () => lab.Run(async () =>
        {
            await Task.Delay(Minute / 2, lab.TimeProvider);
            throw new FormatException("of the application");
        });

        run.Should().Throw<FormatException>().WithMessage("of the application");
        SynchronizationContext.Current.Should().NotBeOfType(typeof(AgentLab).Assembly.GetType("IceSharp.Testing.LabContext")!);
    }

    private static string? Difference(PacketTrace one, PacketTrace other)
    {
        if (one.ToArray().AsSpan().SequenceEqual(other.ToArray()))
        {
            return null;
        }

        (PacketRecord First, PacketRecord Second) differing = one.Records.Zip(other.Records).First(p => $"{p.First}" != $"{p.Second}" || !p.First.Bytes.Span.SequenceEqual(p.Second.Bytes.Span));
        return $"{differing.First} and {differing.Second}";
    }

    private static PacketTrace Call(bool symmetric, bool trickle, ulong seed)
    {
        using AgentLab lab = Lab(symmetric, seed, loss: 0.02);
        lab.Run(async () =>
        {
            await using IceAgent alice = new(lab.CreateOptions("alice")), bob = new(lab.CreateOptions("bob"));
            (IceConnection a, IceConnection b) = await ConnectAsync(alice, bob, trickle);
            byte[] buffer = new byte[100];
            Task<int> received = b.ReceiveAsync(buffer).AsTask();
            for (int i = 0; i < 50; i++)
            {
                a.TrySend(System.Text.Encoding.ASCII.GetBytes(i.ToString(CultureInfo.InvariantCulture)));
                await Task.Delay(TimeSpan.FromMilliseconds(20), lab.TimeProvider);
            }

            (await received).Should().BePositive();
        });
        return lab.World.Network.Trace;
    }

    // A peer's check that nominates may come before our own has succeeded: then the pair becomes usable and nominated in one step.
    [Fact]
    public void Whoever_waits_for_the_nomination_can_send_at_once()
    {
        for (ulong seed = 1; seed <= 20; seed++)
        {
            using AgentLab lab = new(new Scenario("neighbours")
                .WithSeed(seed)
                .AddHost("phone", "198.51.100.1", link: new LinkOptions { Delay = TimeSpan.FromMilliseconds(10) })
                .AddHost("desk", "198.51.100.2", link: new LinkOptions { Delay = TimeSpan.FromMilliseconds(10), Loss = 0.3 })
                .AddPeer("alice", on: "phone")
                .AddPeer("bob", on: "desk"));
            lab.Run(async () =>
            {
                await using IceAgent alice = new(lab.CreateOptions("alice")), bob = new(lab.CreateOptions("bob"));
                Task<IceSendResult>[] both = [SendWhenCompletedAsync(alice), SendWhenCompletedAsync(bob)];
                await ConnectAsync(alice, bob, trickle: false);

                (await Task.WhenAll(both)).Should().AllBeEquivalentTo(IceSendResult.Sent, "seed {0}", seed);
            });
        }
    }

    // Goes on in the very moment of the nomination, as another thread may.
    private static Task<IceSendResult> SendWhenCompletedAsync(IceAgent agent)
    {
        IceConnection connection = agent.AddDataStream("0").Rtp.Connection;
        return connection.Completed.ContinueWith(
            _ => connection.TrySend("x"u8), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private static async Task<(IceConnection A, IceConnection B)> ConnectAsync(IceAgent alice, IceAgent bob, bool trickle)
    {
        if (trickle)
        {
            bob.SetRemoteDescription(IceDescription.Parse(alice.LocalDescription.ToSdp()));
            alice.SetRemoteDescription(IceDescription.Parse(bob.LocalDescription.ToSdp()));
            Task[] both = [TrickleAsync(alice, bob), TrickleAsync(bob, alice)];
            Task<IceConnection> early = alice.ConnectAsync(), late = bob.ConnectAsync();
            await Task.WhenAll(both);
            return (await early, await late);
        }

        bob.SetRemoteDescription(IceDescription.Parse((await alice.GatherAllAsync()).ToSdp()));
        alice.SetRemoteDescription(IceDescription.Parse((await bob.GatherAllAsync()).ToSdp()));
        return (await alice.ConnectAsync(), await bob.ConnectAsync());
    }

    private static async Task TrickleAsync(IceAgent from, IceAgent to)
    {
        await foreach (IceCandidate candidate in from.GatherAsync())
        {
            to.DataStreams[0].AddRemoteCandidate(IceCandidate.Parse(candidate.ToSdp()));
        }

        to.DataStreams[0].EndRemoteCandidates();
    }

    private static AgentLab Lab(bool symmetric, ulong seed, double loss) => new(Topology(symmetric, loss).WithSeed(seed));

    private static Scenario Topology(bool symmetric, double loss)
    {
        NatBehaviour nat = symmetric ? NatBehaviour.Symmetric : NatBehaviour.PortRestrictedCone;
        return new Scenario("real agents")
            .AddStunServer("stun", "192.0.2.2")
            .AddTurnServer("turn", "192.0.2.1")
            .AddNat("router 1", nat, "203.0.113.1").AddNat("router 2", nat, "203.0.113.2")
            .AddHost("phone", "192.168.1.2", behind: "router 1", link: Dsl with { Loss = loss })
            .AddHost("desk", "192.168.1.2", behind: "router 2", link: Dsl with { Loss = loss })
            .AddPeer("alice", on: "phone", uses: ["stun", "turn"])
            .AddPeer("bob", on: "desk", uses: ["stun", "turn"]);
    }
}
