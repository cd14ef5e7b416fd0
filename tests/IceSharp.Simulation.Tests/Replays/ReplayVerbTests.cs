using System.Reflection;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.Protocol.Stun;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Replays;

/// <summary>Every verb that changes an agent's machine is among the inputs of a recording, and replays.</summary>
public class ReplayVerbTests
{
    // Inputs that a recording holds in another form, and those that end it.
    private static readonly string[] NotCalled = [nameof(IceAgentMachine.HandleTimeout), nameof(IceAgentMachine.HandleDatagram), nameof(IceAgentMachine.Dispose)];

    private readonly List<string> _called = [];

    [Fact]
    public void A_call_with_every_verb_replays_byte_for_byte_on_both_sides()
    {
        VirtualNetwork network = new(11);
        VirtualStunTurnServer server = network.AddServer("turn", "192.0.2.1", new StunTurnServerOptions { Users = new Dictionary<string, string> { ["user"] = "password" } });
        server.ListenForStreams(new TransportAddress(server.Host.Address, 80));
        using MemoryStream offers = new(), answers = new();
        using ReplayRecorder offering = new(offers), answering = new(answers);
        using VirtualAgent offerer = Agent(network.AddHost("offerer", "198.51.100.1"), offering), answerer = Agent(network.AddHost("answerer", "198.51.100.2"), answering);
        foreach (VirtualAgent agent in new[] { offerer, answerer })
        {
            agent.AddDataStream("audio", componentCount: 2);
            agent.AddDataStream("video");
            agent.StartGathering();
        }

        network.RunFor(TimeSpan.FromSeconds(2));
        Exchange(offerer, answerer, trickled: true);
        network.RunUntil(() => offerer.Machine.State == IceConnectionState.Completed && answerer.Machine.State == IceConnectionState.Completed, TimeSpan.FromSeconds(10)).Should().Be(RunOutcome.Reached);
        offerer.TrySend("data"u8).Should().BeTrue();
        offerer.Restart(1);
        network.RunFor(TimeSpan.FromSeconds(1));
        offerer.RollbackRestart().Should().BeTrue();
        answerer.Restart();
        network.RunFor(TimeSpan.FromSeconds(1));
        Exchange(answerer, offerer, trickled: false);
        network.RunFor(TimeSpan.FromSeconds(5));
        offerer.UseRtcpMux(0);
        answerer.UseRtcpMux(0);
        offerer.RemoveDataStream(1);
        server.Dispose();
        network.RunFor(TimeSpan.FromSeconds(5));
        TransportPath path = new(offerer.Machine.GetRoute(0, 1)!.Socket, TransportAddress.Parse("198.51.100.2:9"));
        offerer.Machine.HandleIcmpError(network.Now, path, isHard: true);
        offerer.Machine.HandleUnreachable(network.Now, path.Socket, path.Remote);
        offerer.Host.AddInterface(IpAddress.Parse("198.51.100.3"));
        network.RunFor(TimeSpan.FromSeconds(40));
        offerer.Machine.RevokeConsent(network.Now, 0, 1);
        offerer.Close();
        network.RunFor(TimeSpan.FromSeconds(5));
        offering.Dispose();
        answering.Dispose();

        Check(offers);
        Check(answers);

        _called.Should().Contain(Verbs(), "a verb that is missing here has to be called in this test");
    }

    // Everything public that is an input: it takes the time first, or changes what the agent is.
    private static IEnumerable<string> Verbs() => typeof(IceAgentMachine).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
        .Where(m => !m.IsSpecialName && !m.Name.StartsWith("TryGet", StringComparison.Ordinal) && !m.Name.StartsWith("Get", StringComparison.Ordinal) && m.Name != nameof(ToString))
        .Select(m => m.Name).Distinct().Except(NotCalled);

    private static void Exchange(VirtualAgent offerer, VirtualAgent answerer, bool trickled)
    {
        IceDescription offer = offerer.CreateLocalDescription(IceDescriptionKind.Offer);
        answerer.SetRemoteDescription(trickled ? Bare(offer) : offer, IceDescriptionKind.Offer);
        if (trickled)
        {
            answerer.AddRemoteCandidate(0, offer.Streams[0].Candidates[0]);
            answerer.AddRemoteFragment(offer.ToFragment());
            answerer.EndRemoteCandidates(0, offer.Streams[0].Ufrag);
            answerer.EndRemoteCandidates(1);
        }

        answerer.Host.Network.RunFor(TimeSpan.FromSeconds(1));
        IceDescription answer = answerer.CreateLocalDescription(IceDescriptionKind.Answer);
        offerer.SetRemoteDescription(trickled ? Bare(answer) : answer, IceDescriptionKind.Answer);
        if (trickled)
        {
            offerer.AddRemoteFragment(answer.ToFragment());
            offerer.AddRemoteCandidate(1, answer.Streams[1].Candidates[0]);
            offerer.EndRemoteCandidates(0);
            offerer.EndRemoteCandidates(1);
        }
    }

    private static IceDescription Bare(IceDescription description) =>
        description with { Streams = [.. description.Streams.Select(s => s with { Candidates = [], EndOfCandidates = false })] };

    private static VirtualAgent Agent(VirtualHost host, ReplayRecorder recorder) => new(host, new IceAgentMachineOptions
    {
        Servers = [new IceServerSettings { Kind = IceServerKind.Turn, Host = "192.0.2.1", Port = 80, Transports = [StunUriTransport.Tcp], Username = "user", Password = "password" }],
        Journal = recorder,
    });

    private void Check(MemoryStream recording)
    {
        using MemoryStream copy = new(recording.ToArray());
        Replay replay = Replay.Load(copy);
        ReplayResult result = replay.Run();

        result.Difference.Should().BeNull();
        result.Datagrams.Should().BePositive();
        _called.AddRange(replay.Entries.Where(e => e.Kind == ReplayEntryKind.Called).Select(e => e.Text));
    }
}
