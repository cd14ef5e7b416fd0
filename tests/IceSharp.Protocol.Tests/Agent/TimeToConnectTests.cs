using IceSharp.Protocol;
using IceSharp.Protocol.Agent;

namespace IceSharp.Protocol.Tests.Agent;

/// <summary>The second formula of docs/guide/time-to-connect.md, to the millisecond of virtual time: host, reflexive and relayed candidates, of which only the last one works.</summary>
public class TimeToConnectTests
{
    private static readonly IceCandidateType[] s_types = [IceCandidateType.Host, IceCandidateType.ServerReflexive, IceCandidateType.Relayed];

    [Theory]
    [InlineData(10, 50)]
    [InlineData(20, 50)]
    [InlineData(40, 20)]
    [InlineData(40, 50)]
    [InlineData(100, 50)]
    [InlineData(200, 50)]
    [InlineData(400, 50)]
    public void Where_only_the_relay_works_it_is_nominated_when_the_better_pairs_have_had_their_turns(int roundTrip, int ta)
    {
        var wire = new Wire(TimeSpan.FromMilliseconds(roundTrip / 2.0));
        var options = new IceAgentMachineOptions { Pacing = TimeSpan.FromMilliseconds(ta) };
        Wire.Station left = Gathered(wire, "left", options, "10.0.1.5"), right = Gathered(wire, "right", options, "10.0.2.7", "10.0.3.7", "10.0.4.7");
        right.Machine.SetRemoteDescription(wire.Now, left.Machine.CreateLocalDescription());
        IceDescription answer = right.Machine.CreateLocalDescription();
        IceCandidate[] told = [.. answer.Streams[0].Candidates.Select((c, i) => c with { Type = s_types[i], Priority = IcePriority.Candidate(s_types[i], 65535, 1) })];
        left.Machine.SetRemoteDescription(wire.Now, answer with { Streams = [answer.Streams[0] with { Candidates = told }] });
        TransportAddress relay = told[^1].Address;
        wire.Loses = f => f.Source != relay && f.Destination != relay;

        wire.RunUntil(() => left.Machine.GetRoute(0, 1) is not null, 5);
        double firstData = Milliseconds(wire);
        wire.RunUntil(() => left.Machine.State == IceConnectionState.Completed, 20);

        const int Place = 3;
        double heard = (ta * (Place - 1)) + (roundTrip / 2.0), better = ta * (Place - 1);
        double decided = Math.Max(ta * Place, heard) + better + (2 * roundTrip) + (2 * ta);
        double copy = heard + better + 500;
        decided = copy > decided ? decided : Math.Max(decided, copy + roundTrip + (2 * ta));
        (firstData, Milliseconds(wire)).Should().Be(((ta * (Place - 1)) + roundTrip, decided + roundTrip));
        left.Machine.GetRoute(0, 1)!.Peer.Should().Be(relay);
    }

    private static double Milliseconds(Wire wire) => (wire.Now - MonotonicTime.Zero).TotalMilliseconds;

    private static Wire.Station Gathered(Wire wire, string name, IceAgentMachineOptions options, params string[] addresses)
    {
        Wire.Station station = wire.Add(name, options, addresses);
        station.Machine.AddDataStream("audio", 1);
        station.Machine.StartGathering(wire.Now);
        station.Drain();
        return station;
    }
}
