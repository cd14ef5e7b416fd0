using IceSharp.Protocol.Agent;
using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Agent;

/// <summary>Several answers to one offer (RFC 8839 §7): the one that came last is in force, and nobody has to make another offer.</summary>
public class ForkedAnswerTests
{
    private readonly Wire _wire = new(TimeSpan.FromMilliseconds(10));
    private readonly Wire.Station _caller;
    private readonly Wire.Station[] _branches;
    private readonly IceDescription _offer;
    private readonly IceDescription[] _answers;

    public ForkedAnswerTests()
    {
        _caller = Gathered("caller", "10.0.1.5");
        _branches = [Gathered("first", "10.0.2.7"), Gathered("second", "10.0.2.8")];
        _offer = _caller.Machine.CreateLocalDescription(IceDescriptionKind.Offer);
        foreach (Wire.Station branch in _branches)
        {
            branch.Machine.SetRemoteDescription(_wire.Now, _offer, IceDescriptionKind.Offer);
        }

        _answers = [.. _branches.Select(b => b.Machine.CreateLocalDescription(IceDescriptionKind.Answer))];
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.025)]
    [InlineData(2.0)]
    public void The_latest_answer_is_in_force_with_the_offers_own_credentials_and_sockets(double between)
    {
        Take(0);
        _wire.Run(between);
        TransportAddress? before = _caller.Machine.GetRoute(0, 1)?.Peer;
        Take(1);
        (_caller.Machine.GetRoute(0, 1)?.Peer == before).Should().BeTrue("data goes on until the other branch has proven a pair");

        _wire.RunUntil(() => IsWith(1), 2);

        IceStreamDescription now = _caller.Machine.CreateLocalDescription().Streams[0];
        (now.Ufrag, now.Password).Should().Be((_offer.Streams[0].Ufrag, _offer.Streams[0].Password));
        now.Candidates.Should().Equal(_offer.Streams[0].Candidates);
        _branches[1].Machine.State.Should().Be(IceConnectionState.Completed);
        _wire.Trace.Where(f => f.From == "caller").Select(f => f.Source).Distinct().Should().ContainSingle("one socket serves both");
        _caller.SendData(0, 1, [42]);
        _wire.Run(0.1);
        _branches[1].Received.Should().ContainSingle();
        _branches[0].Received.Should().BeEmpty();
    }

    [Fact]
    public void The_branch_that_was_left_loses_consent_and_its_checks_change_nothing()
    {
        Take(0);
        _wire.RunUntil(() => IsWith(0), 2);
        Take(1);
        _wire.RunUntil(() => IsWith(1), 2);
        _wire.Run(120);

        IsWith(1).Should().BeTrue();
        _branches[1].Machine.State.Should().Be(IceConnectionState.Completed);
        _branches[0].Events.OfType<ConsentLost>().Should().ContainSingle("nobody consents there any more");
        _caller.Machine.GetPairs(0).Should().OnlyContain(p => p.Remote.Address == _answers[1].Streams[0].Candidates[0].Address);
        _caller.Machine.GetStatistics(_wire.Now).Streams[0].Candidates.Where(c => !c.IsLocal).Should().ContainSingle();
    }

    [Fact]
    public void A_branch_can_be_turned_back_to()
    {
        foreach (int branch in new[] { 0, 1, 0, 1, 0 })
        {
            Take(branch);
            _wire.RunUntil(() => IsWith(branch), 2);
        }

        _wire.Run(60);
        IsWith(0).Should().BeTrue();
        _branches[0].Machine.State.Should().Be(IceConnectionState.Completed);
    }

    [Fact]
    public void After_a_fork_a_restart_is_between_the_two_that_are_left()
    {
        Take(0);
        Take(1);
        _wire.RunUntil(() => IsWith(1), 2);
        _caller.Machine.Restart(_wire.Now);
        _caller.Drain();
        _branches[1].Machine.SetRemoteDescription(_wire.Now, _caller.Machine.CreateLocalDescription(IceDescriptionKind.Offer), IceDescriptionKind.Offer);

        _caller.Machine.SetRemoteDescription(_wire.Now, _branches[1].Machine.CreateLocalDescription(IceDescriptionKind.Answer), IceDescriptionKind.Answer);

        _caller.Machine.CreateLocalDescription().Streams[0].Ufrag.Should().NotBe(_offer.Streams[0].Ufrag);
        _wire.RunUntil(() => _caller.Machine.State == IceConnectionState.Completed && _branches[1].Machine.State == IceConnectionState.Completed, 2);
        _caller.Machine.GetRoute(0, 1)!.Pair.Local.Ufrag.Should().NotBe(_offer.Streams[0].Ufrag);
    }

    [Fact]
    public void Checks_of_a_branch_that_has_not_answered_are_answered_and_leave_nothing()
    {
        Take(0);
        _wire.Run(1);

        _wire.Trace.Should().Contain(f => f.From == "caller" && f.Destination == _answers[1].Streams[0].Candidates[0].Address && Call.Is(f, StunClass.SuccessResponse));
        _wire.Trace.Should().NotContain(f => f.From == "caller" && f.Destination == _answers[1].Streams[0].Candidates[0].Address && Call.Is(f, StunClass.Request));
        _caller.Machine.GetPairs(0).Should().ContainSingle();
        IsWith(0).Should().BeTrue();
    }

    private void Take(int branch)
    {
        _caller.Machine.SetRemoteDescription(_wire.Now, _answers[branch], IceDescriptionKind.Answer);
        _caller.Drain();
    }

    private bool IsWith(int branch) =>
        _caller.Machine.State == IceConnectionState.Completed && _caller.Machine.GetRoute(0, 1)?.Peer == _answers[branch].Streams[0].Candidates[0].Address;

    private Wire.Station Gathered(string name, string address)
    {
        Wire.Station station = _wire.Add(name, new IceAgentMachineOptions(), address);
        station.Machine.AddDataStream("audio", 1);
        station.Machine.StartGathering(_wire.Now);
        station.Drain();
        return station;
    }
}
