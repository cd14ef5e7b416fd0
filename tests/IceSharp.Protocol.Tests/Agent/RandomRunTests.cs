using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Agent;

/// <summary>Many small runs with random addresses, roles, loss, streams and trickle order: both agents always end, and end alike.</summary>
public class RandomRunTests
{
    [Fact]
    [Rfc("ICE-8445-8.1.1-b")]
    public void Both_agents_end_on_the_same_pairs_whatever_the_run()
    {
        for (int seed = 1; seed <= 300; seed++)
        {
            Run(seed);
        }
    }

    private static void Run(int seed)
    {
        var draw = new Draw(seed);
        var wire = new Wire(TimeSpan.FromMilliseconds(1 + draw.Below(80)));
        int loss = draw.Below(3) * 10;
        wire.Loses = _ => draw.Below(100) < loss;
        int streams = 1 + draw.Below(3), components = 1 + draw.Below(2);
        Wire.Station left = Station(wire, draw, "left", streams, components);
        Wire.Station right = Station(wire, draw, "right", streams, components);

        IceDescription offer = left.Machine.CreateLocalDescription();
        right.Machine.SetRemoteDescription(wire.Now, offer);
        wire.Run(draw.Below(400) / 1000.0);
        Signal(wire, draw, left, right.Machine.CreateLocalDescription());

        string what = $"seed {seed}: {streams} streams, {components} components, loss {loss} %";
        if (loss == 0)
        {
            wire.RunUntil(() => Completed(left) && Completed(right), 20);
        }
        else
        {
            // A check that is lost seven times ends the controlling agent, six lost requests for consent either.
            wire.Run(90);
            (Ended(left) || Ended(right)).Should().BeTrue(what);
        }

        foreach (Wire.Station station in new[] { left, right })
        {
            bool lostConsent = loss > 0 && station.Events.OfType<ConsentLost>().Any();
            station.Events.OfType<ConnectionStateChanged>().Where(e => e.Previous == IceConnectionState.Completed && !lostConsent).Should().BeEmpty(what);
        }

        wire.Run(5);
        if (Completed(left) && Completed(right))
        {
            left.Machine.Role.Should().NotBe(right.Machine.Role, what);
            for (int stream = 0; stream < streams; stream++)
            {
                for (int component = 1; component <= components; component++)
                {
                    IceCandidatePairInfo mine = left.Machine.GetRoute(stream, component)!.Pair, yours = right.Machine.GetRoute(stream, component)!.Pair;
                    mine.Local.Address.Should().Be(yours.Remote.Address, what);
                    mine.Remote.Address.Should().Be(yours.Local.Address, what);
                    mine.IsNominated.Should().BeTrue(what);
                    yours.IsNominated.Should().BeTrue(what);
                }
            }
        }
    }

    private static bool Completed(Wire.Station station) => station.Machine.State == IceConnectionState.Completed;

    private static bool Ended(Wire.Station station) => Completed(station) || station.Events.OfType<StreamFailed>().Any();

    private static Wire.Station Station(Wire wire, Draw draw, string name, int streams, int components)
    {
        var options = new IceAgentMachineOptions { Role = (IceRole)draw.Below(3) };
        string[] addresses = [.. Enumerable.Range(1, 1 + draw.Below(4)).Select(i => $"10.0.{(name == "left" ? 1 : 2)}.{i}")];
        Wire.Station station = wire.Add($"{name}{draw.Seed}", options, addresses);
        for (int i = 0; i < streams; i++)
        {
            station.Machine.AddDataStream($"s{i}", components);
        }

        station.Machine.StartGathering(wire.Now);
        station.Drain();
        return station;
    }

    // All at once, or the credentials first and the candidates one by one.
    private static void Signal(Wire wire, Draw draw, Wire.Station to, IceDescription description)
    {
        if (draw.Below(2) == 0)
        {
            to.Machine.SetRemoteDescription(wire.Now, description);
            return;
        }

        to.Machine.SetRemoteDescription(
            wire.Now, description with { Streams = [.. description.Streams.Select(s => s with { Candidates = [], EndOfCandidates = false })] });
        for (int stream = 0; stream < description.Streams.Count; stream++)
        {
            foreach (IceCandidate candidate in description.Streams[stream].Candidates)
            {
                wire.Run(draw.Below(60) / 1000.0);
                to.Machine.AddRemoteCandidate(wire.Now, stream, candidate);
            }

            to.Machine.EndRemoteCandidates(wire.Now, stream);
        }
    }

    private sealed class Draw(int seed)
    {
        private readonly TestRandom _random = new($"run {seed}");

        public int Seed => seed;

        public int Below(int limit)
        {
            Span<byte> bytes = stackalloc byte[4];
            _random.Fill(bytes);
            return (int)(BitConverter.ToUInt32(bytes) % (uint)limit);
        }
    }
}
