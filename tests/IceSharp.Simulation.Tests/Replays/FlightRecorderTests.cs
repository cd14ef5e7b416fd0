using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Replays;

public class FlightRecorderTests
{
    [Fact]
    public void It_tells_what_happened_and_no_secret()
    {
        AgentFlightRecorder recorder = new(capacity: 10_000);
        using VirtualPair pair = VirtualPair.Create(new VirtualPairOptions
        {
            OffererNat = NatBehaviour.Symmetric,
            AnswererNat = NatBehaviour.Symmetric,
            Agent = new IceAgentMachineOptions { Journal = recorder },
        });
        pair.Connect();
        pair.Offerer.TrySend("payload of the application"u8);
        pair.Network.RunFor(TimeSpan.FromSeconds(1));

        string text = recorder.ToString();

        text.Should().MatchRegex(@"\d+\.\d+  -> 192\.0\.2\.1:3478 on #\d+  Allocate Request \d+ B").And.MatchRegex(@"pair .*: Waiting -> InProgress: ").And.Contain("Checking -> ");
        IceStreamDescription own = pair.Offerer.CreateLocalDescription().Streams[0], peer = pair.Answerer.CreateLocalDescription().Streams[0];
        text.Should().NotContainAny(own.Password, peer.Password, own.Ufrag, peer.Ufrag, "payload", "password");
    }

    [Fact]
    public void It_remembers_the_last_entries_and_remembering_allocates_nothing()
    {
        AgentFlightRecorder recorder = new(capacity: 3);
        IAgentJournal journal = recorder;
        byte[] datagram = [1, 2, 3];
        TransportPath path = new(new SocketHandle(1), TransportAddress.Parse("192.0.2.1:5"));
        void Receive(int times)
        {
            for (int i = 0; i < times; i++)
            {
                journal.Received(new MonotonicTime(i * TimeSpan.TicksPerSecond), path, datagram);
                journal.Judged(DatagramVerdict.Dropped(DropReason.UnacceptedSource));
            }
        }

        Receive(10);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Receive(10);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
        recorder.Count.Should().Be(20);
        recorder.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Should().Equal(
            "7.000000  <- 192.0.2.1:5 on #1  data 3 B, dropped: UnacceptedSource",
            "8.000000  <- 192.0.2.1:5 on #1  data 3 B, dropped: UnacceptedSource",
            "9.000000  <- 192.0.2.1:5 on #1  data 3 B, dropped: UnacceptedSource");
    }
}
