using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Agents;

public class FailedNominationTests
{
    [Fact]
    [Rfc("ICE-8445-7.2.5.3.4-e")]
    public void The_controlled_side_follows_the_second_nomination_when_the_answers_to_the_first_were_lost()
    {
        using VirtualPair pair = VirtualPair.Create(new VirtualPairOptions { UseStun = false });
        bool nominated = false;
        pair.Network.DropRule = (_, source, destination, datagram) =>
        {
            bool nominates = StunReader.TryParse(datagram, out StunReader message) == StunParseStatus.Ok && message.Has(StunAttributeType.UseCandidate);
            nominated |= nominates;
            return nominated && source.Address == pair.Answerer.Host.Address && destination.Address == pair.Offerer.Host.Address;
        };

        pair.Start();
        pair.Network.RunUntil(() => pair.IsCompleted, TimeSpan.FromMinutes(2)).Should().Be(RunOutcome.Reached);
        pair.Network.RunFor(TimeSpan.FromSeconds(2));

        IceCandidatePairInfo one = Selected(pair.Offerer), other = Selected(pair.Answerer);
        (one.Local.Address, one.Remote.Address).Should().Be((other.Remote.Address, other.Local.Address), "timeline:\n{0}", pair.Network.Trace);
        new[] { one.Local.Type, one.Remote.Type }.Should().Contain(IceCandidateType.Relayed, "the direct path is dead one way");
    }

    private static IceCandidatePairInfo Selected(VirtualAgent agent) => agent.Machine.GetRoute(0, 1)!.Pair;
}
