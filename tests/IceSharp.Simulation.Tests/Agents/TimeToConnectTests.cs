using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Agents;

/// <summary>The first formula of docs/guide/time-to-connect.md, to the millisecond of virtual time: no loss, both descriptions known at time 0.</summary>
public class TimeToConnectTests
{
    [Theory]
    [InlineData(1, 50)]
    [InlineData(10, 50)]
    [InlineData(10, 20)]
    [InlineData(40, 50)]
    [InlineData(100, 50)]
    [InlineData(250, 50)]
    public void With_host_candidates_data_flows_after_one_round_trip_and_the_pair_is_nominated_after_two_and_Ta(int linkDelay, int ta)
    {
        using VirtualPair pair = VirtualPair.Create(Options(linkDelay, ta) with { UseStun = false, UseTurn = false });
        Times times = Measure(pair);

        double roundTrip = 4 * linkDelay;
        times.FirstData.Should().Be(roundTrip);
        times.Nominated.Should().BeLessThanOrEqualTo((2 * roundTrip) + ta);
        times.Nominated.Should().Be(Math.Max(roundTrip, ta) + roundTrip, "the nominating check waits for a slot of Ta and for nothing else");
    }

    private static VirtualPairOptions Options(int linkDelay, int ta) => new()
    {
        Link = new LinkOptions { Delay = TimeSpan.FromMilliseconds(linkDelay) },
        Agent = new IceAgentMachineOptions { Pacing = TimeSpan.FromMilliseconds(ta) },
    };

    // The offerer controls; both agents know both descriptions at the same instant.
    private static Times Measure(VirtualPair pair)
    {
        VirtualNetwork network = pair.Network;
        pair.Start();
        network.RunUntil(() => pair.Offerer.Machine.GetPairs(0).Count > 0, TimeSpan.FromSeconds(30)).Should().Be(RunOutcome.Reached);
        MonotonicTime began = network.Now;
        network.RunUntil(() => pair.Offerer.Machine.GetRoute(0, 1) is not null, TimeSpan.FromSeconds(30)).Should().Be(RunOutcome.Reached);
        MonotonicTime firstData = network.Now;
        network.RunUntil(() => pair.Offerer.Machine.State == IceConnectionState.Completed, TimeSpan.FromSeconds(30)).Should().Be(RunOutcome.Reached);
        MonotonicTime nominated = network.Now;
        return new Times((firstData - began).TotalMilliseconds, (nominated - began).TotalMilliseconds);
    }

    private sealed record Times(double FirstData, double Nominated);
}
