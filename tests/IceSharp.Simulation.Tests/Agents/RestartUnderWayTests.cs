using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Agents;

/// <summary>ICE restarts under a stream of 50 packets a second each way, over NATs and a relay: while the old path works none is lost by our own doing.</summary>
public class RestartUnderWayTests
{
    public enum Who
    {
        Offerer,
        Answerer,
        Both,
    }

    [Theory]
    [InlineData(Who.Offerer, false, false)]
    [InlineData(Who.Answerer, false, false)]
    [InlineData(Who.Both, false, false)]
    [InlineData(Who.Offerer, true, false)]
    [InlineData(Who.Answerer, true, false)]
    [InlineData(Who.Both, true, false)]
    [InlineData(Who.Offerer, false, true)]
    [InlineData(Who.Both, true, true)]
    public void Whoever_restarts_after_the_call_stood_or_as_soon_as_it_does(Who who, bool relayed, bool early)
    {
        using VirtualPair pair = Connected(relayed ? NatBehaviour.Symmetric : NatBehaviour.PortRestrictedCone);
        Talker talker = new(pair);
        talker.Talk(early ? 0.02 : 10);

        Restart(pair, who);
        talker.Talk(15);

        talker.Lost().Should().Be(0);
        Completed(pair.Offerer).Should().BePositive();
        Completed(pair.Answerer).Should().BePositive();
        pair.IsCompleted.Should().BeTrue();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void One_stream_of_two(int stream)
    {
        using VirtualPair pair = Connected(NatBehaviour.PortRestrictedCone, streams: 2);
        Talker talker = new(pair, streams: 2);
        talker.Talk(1);

        pair.Answerer.Restart(stream);
        talker.Talk(1);
        pair.Offerer.SetRemoteDescription(pair.Answerer.CreateLocalDescription());
        talker.Talk(1);
        pair.Answerer.SetRemoteDescription(pair.Offerer.CreateLocalDescription());
        talker.Talk(10);

        talker.Lost().Should().Be(0);
        pair.Offerer.Events.OfType<RestartCompleted>().Should().ContainSingle().Which.Stream.Should().Be(stream);
    }

    [Fact]
    public void While_the_first_restart_still_gathers_a_second_one_takes_its_place()
    {
        using VirtualPair pair = Connected(NatBehaviour.PortRestrictedCone);
        Talker talker = new(pair);
        pair.Offerer.Restart();
        talker.Talk(0.02);
        pair.Offerer.Machine.GatheringState.Should().Be(IceGatheringState.Gathering);
        string first = pair.Offerer.CreateLocalDescription().Streams[0].Ufrag;

        pair.Offerer.Restart();
        talker.Talk(1);
        IceDescription offer = pair.Offerer.CreateLocalDescription();
        offer.Streams[0].Ufrag.Should().NotBe(first);
        offer.Streams[0].Candidates.Select(c => c.Type).Should().Contain([IceCandidateType.Host, IceCandidateType.ServerReflexive]);
        pair.Answerer.SetRemoteDescription(offer);
        talker.Talk(1);
        pair.Offerer.SetRemoteDescription(pair.Answerer.CreateLocalDescription());
        talker.Talk(10);

        talker.Lost().Should().Be(0);
        Completed(pair.Offerer).Should().Be(1);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(120)]
    public void An_unanswered_one_that_is_taken_back_and_another_one_later(double waited)
    {
        using VirtualPair pair = Connected(NatBehaviour.Symmetric);
        Talker talker = new(pair);
        pair.Offerer.Restart();
        talker.Talk(waited);
        pair.Offerer.RollbackRestart().Should().BeTrue();
        talker.Talk(5);
        pair.Restart(pair.Answerer);
        talker.Talk(15);

        talker.Lost().Should().Be(0);
        Completed(pair.Offerer).Should().Be(1);
    }

    private static int Completed(VirtualAgent agent) => agent.Events.OfType<RestartCompleted>().Count(e => e.Outage == TimeSpan.Zero);

    private static void Restart(VirtualPair pair, Who who)
    {
        if (who != Who.Answerer)
        {
            pair.Restart(pair.Offerer);
        }

        if (who != Who.Offerer)
        {
            pair.Restart(pair.Answerer);
        }
    }

    private static VirtualPair Connected(NatBehaviour nat, int streams = 1)
    {
        VirtualPair pair = VirtualPair.Create(new VirtualPairOptions { OffererNat = nat, AnswererNat = nat });
        for (int stream = 1; stream < streams; stream++)
        {
            pair.Offerer.AddDataStream($"{stream}");
            pair.Answerer.AddDataStream($"{stream}");
        }

        pair.Connect().Should().Be(RunOutcome.Reached);
        pair.IsCompleted.Should().BeTrue();
        return pair;
    }

    private sealed class Talker(VirtualPair pair, int streams = 1)
    {
        private readonly int _before = pair.Offerer.Received.Count + pair.Answerer.Received.Count;
        private int _sent;

        public void Talk(double seconds)
        {
            for (int i = 0; i < Math.Ceiling(seconds * 50); i++)
            {
                for (int stream = 0; stream < streams; stream++)
                {
                    pair.Offerer.TrySend([1], stream).Should().BeTrue();
                    pair.Answerer.TrySend([2], stream).Should().BeTrue();
                    _sent += 2;
                }

                pair.Network.RunFor(TimeSpan.FromMilliseconds(20));
            }
        }

        public int Lost()
        {
            pair.Network.RunFor(TimeSpan.FromSeconds(1));
            return _sent - (pair.Offerer.Received.Count + pair.Answerer.Received.Count - _before);
        }
    }
}
