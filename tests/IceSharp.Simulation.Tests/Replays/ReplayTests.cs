using System.Text;
using IceSharp.Protocol.Agent;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Replays;

public class ReplayTests
{
    private static readonly NatBehaviour Nat = NatBehaviour.Symmetric;

    [Theory]
    [InlineData(SignallingStyle.Full, false, 0)]
    [InlineData(SignallingStyle.Trickle, false, 0.1)]
    [InlineData(SignallingStyle.Full, true, 0.05)]
    [InlineData(SignallingStyle.Trickle, true, 0)]
    public void A_recorded_session_replays_byte_for_byte_on_both_sides(SignallingStyle signalling, bool relayed, double loss)
    {
        (byte[] offerer, byte[] answerer) = Record(signalling, relayed, loss);

        foreach (byte[] recording in new[] { offerer, answerer })
        {
            ReplayResult result = Load(recording).Run();

            result.Difference.Should().BeNull();
            result.Datagrams.Should().BeGreaterThan(5);
            result.Facts.Should().BeGreaterThan(5);
        }
    }

    [Fact]
    public void A_recording_of_another_machine_says_where_it_differs()
    {
        (byte[] recording, _) = Record(SignallingStyle.Full, relayed: false, 0);
        Replay replay = Load(recording);
        ReplayEntry draw = replay.Entries.First(e => e.Kind == ReplayEntryKind.Drew && e.Bytes.Length == 12);
        int at = recording.AsSpan().IndexOf(draw.Bytes.Span);
        recording[at] ^= 1;

        ReplayResult result = Load(recording).Run();

        result.IsSame.Should().BeFalse();
        result.Difference.Should().Contain("other bytes were sent");
        result.Entry.Should().BePositive().And.BeLessThan(replay.Entries.Count);
    }

    [Fact]
    public void The_timeline_tells_who_when_what_which_pair_and_why_and_no_secret()
    {
        using VirtualPair pair = Pair(SignallingStyle.Full, relayed: true, 0, out MemoryStream offerer, out _, out ReplayRecorder[] recorders);
        pair.Connect();
        string password = pair.Offerer.CreateLocalDescription().Streams[0].Password;
        recorders[0].Dispose();

        string timeline = Load(offerer.ToArray()).ToTimeline();

        timeline.Should().MatchRegex(@"0\.\d+  -> 192\.0\.2\.1:3478 from #\d+  Allocate request").And.MatchRegex(@"pair Relayed .* - .*: Waiting -> InProgress: (nominating )?check sent");
        timeline.Should().NotContain(password).And.NotContain("a secret of the server");
        Encoding.UTF8.GetString(offerer.ToArray()).Should().StartWith("icereplay 1 SECRET").And.Contain("a secret of the server", "that is why it is marked");
    }

    [Fact]
    public void A_recording_that_was_cut_off_replays_as_far_as_it_goes()
    {
        (byte[] recording, _) = Record(SignallingStyle.Full, relayed: false, 0);

        for (int tenths = 5; tenths < 10; tenths++)
        {
            ReplayResult result = Load(recording[..(recording.Length * tenths / 10)]).Run();

            result.Difference.Should().BeNull();
            result.Datagrams.Should().BePositive();
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("icereplay 9 SECRET and so on, long enough to be read as a header of this kind of file, but it is not one")]
    public void What_is_no_recording_is_refused(string text)
    {
        Action load = () => Load(Encoding.ASCII.GetBytes(text));

        load.Should().Throw<FormatException>();
    }

    [Fact]
    public void Every_setting_of_a_machine_survives_the_recording()
    {
        IceAgentMachineOptions options = new()
        {
            Role = IceRole.Controlled,
            Servers = [new IceServerSettings { Kind = IceServerKind.Turn, Host = "2001:db8::1", Port = 5, Username = "user", Password = "password" }],
            TransportPolicy = IceTransportPolicy.RelayOnly,
            Ports = new PortRange(1000, 2000),
            Pacing = TimeSpan.FromMilliseconds(20),
            MaxCandidatePairs = 7,
            Software = "x",
        };
        using MemoryStream stream = new();
        using (ReplayRecorder recorder = new(stream))
        {
            ((IAgentJournal)recorder).Created(options);
        }

        (string Type, string Json) written = Load(stream.ToArray()).Entries.Single().Arguments.Single();
        IEnumerable<string> expected = typeof(IceAgentMachineOptions).GetProperties()
            .Where(p => !typeof(Delegate).IsAssignableFrom(p.PropertyType) && p.PropertyType != typeof(IAgentJournal) && p.SetMethod is not null)
            .Select(p => $"\"{p.Name}\":");

        expected.Where(name => !written.Json.Contains(name, StringComparison.Ordinal)).Should().BeEmpty();
        written.Json.Should().Contain("2001:db8::1").And.Contain("2000").And.Contain("\"Pacing\":\"00:00:00.0200000\"");
    }

    private static Replay Load(byte[] recording)
    {
        using MemoryStream stream = new(recording);
        return Replay.Load(stream);
    }

    private static (byte[] Offerer, byte[] Answerer) Record(SignallingStyle signalling, bool relayed, double loss)
    {
        using VirtualPair pair = Pair(signalling, relayed, loss, out MemoryStream offerer, out MemoryStream answerer, out ReplayRecorder[] recorders);
        pair.Connect();
        pair.IsCompleted.Should().BeTrue();
        pair.Offerer.TrySend("there"u8);
        pair.Answerer.TrySend("back"u8);
        pair.Network.RunFor(TimeSpan.FromMinutes(11));
        pair.Close();
        Array.ForEach(recorders, r => r.Dispose());
        return (offerer.ToArray(), answerer.ToArray());
    }

    private static VirtualPair Pair(SignallingStyle signalling, bool relayed, double loss, out MemoryStream offerer, out MemoryStream answerer, out ReplayRecorder[] recorders)
    {
        VirtualNetwork network = new(7);
        VirtualStunTurnServer server = network.AddServer("turn", "192.0.2.1", new StunTurnServerOptions
        {
            Users = new Dictionary<string, string> { ["user"] = "a secret of the server" },
        });
        LinkOptions link = new() { Delay = TimeSpan.FromMilliseconds(10), Loss = loss };
        (offerer, answerer) = (new MemoryStream(), new MemoryStream());
        recorders = [new ReplayRecorder(offerer), new ReplayRecorder(answerer)];
        return new VirtualPair(
            Agent(network.AddHost("offerer", "10.0.0.2", network.AddNat("nat 1", Nat, "203.0.113.1").Inside, link), server, relayed, recorders[0]),
            Agent(network.AddHost("answerer", "10.0.0.2", network.AddNat("nat 2", Nat, "203.0.113.2").Inside, link), server, relayed, recorders[1]))
        { Signalling = signalling, SignallingDelay = TimeSpan.FromMilliseconds(30) };
    }

    private static VirtualAgent Agent(VirtualHost host, VirtualStunTurnServer server, bool relayed, ReplayRecorder recorder)
    {
        VirtualAgent agent = new(host, new IceAgentMachineOptions
        {
            Servers = [new IceServerSettings { Kind = IceServerKind.Turn, Host = $"{server.Host.Address}", Username = "user", Password = "a secret of the server" }],
            TransportPolicy = relayed ? IceTransportPolicy.RelayOnly : IceTransportPolicy.All,
            AddressFilter = address => !address.Address.IsLoopback,
            Journal = recorder,
        });
        agent.AddDataStream();
        return agent;
    }
}
