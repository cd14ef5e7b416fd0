using System.Globalization;
using IceSharp.Benchmarks.Datapath;

namespace IceSharp.Benchmarks.Suites;

/// <summary>Receive CPU per packet beside a bare blocking thread in the same run, and allocation per packet in both directions.</summary>
internal sealed class DatapathSuite : ISuite
{
    private const int Rounds = 8;

    private static readonly (int PerSecond, int Packets)[] Rates = [(500, 500), (5_000, 3_000), (20_000, 10_000), (60_000, 30_000)];

    public string Name => "datapath";

    public void Run(SuiteReport report)
    {
        RunAsync(report).GetAwaiter().GetResult();
    }

    private static async Task RunAsync(SuiteReport report)
    {
        await using LoopbackPair native = await LoopbackPair.ConnectAsync();
        await using LoopbackPair portable = await LoopbackPair.ConnectAsync(portable: true);
        await MeasureAllocationAsync(report, "connection", native);
        await MeasureAllocationAsync(report, "portable", portable);
        MeasureReceiving(report, native, portable);
    }

    private static async Task MeasureAllocationAsync(SuiteReport report, string name, LoopbackPair pair)
    {
        byte[] packet = new byte[PacketSource.PayloadBytes];
        report.Add($"datapath.send.{name}.allocated", AllocationProbe.Send(pair.Left, packet), "B/packet");
        while (pair.Right.TryReceive(new byte[2048], out _))
        {
            // What the probe sent.
        }

        report.Add($"datapath.send-receive-async.{name}.allocated", await AllocationProbe.PingPongAsync(pair.Left, pair.Right, packet), "B/packet");
    }

    private static void MeasureReceiving(SuiteReport report, LoopbackPair native, LoopbackPair portable)
    {
        byte[] packet = new byte[PacketSource.PayloadBytes];
        using var bare = new BareReceiver();
        using var toBare = new PacketSource(bare.LocalEndPoint);
        using var nativeCounter = new PacketCounter();
        using var portableCounter = new PacketCounter();
        native.Right.SetReceiver((_, _) => nativeCounter.Count());
        portable.Right.SetReceiver((_, _) => portableCounter.Count());
        Subject[] subjects =
        [
            new("bare", bare.Counter, toBare.Send),
            new("connection", nativeCounter, () => native.Left.TrySend(packet)),
            new("portable", portableCounter, () => portable.Left.TrySend(packet)),
        ];
        foreach (Subject subject in subjects)
        {
            subject.Measure(20_000, 20_000);
        }

        foreach ((int perSecond, int packets) in Rates)
        {
            for (int round = 0; round < Rounds; round++)
            {
                foreach (Subject subject in subjects)
                {
                    subject.Measure(packets, perSecond);
                }
            }

            foreach (Subject subject in subjects)
            {
                string name = string.Create(CultureInfo.InvariantCulture, $"datapath.receive-cpu.{subject.Name}.{perSecond}");
                report.Add(name, subject.MicrosecondsPerPacket, "us/packet");
                report.Add(name + ".ratio", subject.RatioTo(subjects[0]), "x bare");
                report.Add(name + ".allocated", subject.BytesPerPacket, "B/packet");
            }

            foreach (Subject subject in subjects)
            {
                subject.Reset();
            }
        }
    }

    private sealed class Subject(string name, PacketCounter counter, Action send)
    {
        private readonly List<double> _microseconds = [];
        private readonly List<double> _bytes = [];

        public string Name => name;

        public double MicrosecondsPerPacket => Quartile(_microseconds);

        public double BytesPerPacket => Quartile(_bytes);

        public double RatioTo(Subject reference) => MicrosecondsPerPacket / reference.MicrosecondsPerPacket;

        public void Reset()
        {
            _microseconds.Clear();
            _bytes.Clear();
        }

        public void Measure(int packets, int perSecond)
        {
            for (int attempt = 0; attempt < 3; attempt++)
            {
                counter.Expect(packets);
                PacedSender.Send(packets, perSecond, send);
                if (counter.Wait())
                {
                    _microseconds.Add(counter.Cpu.TotalMicroseconds / counter.Counted);
                    _bytes.Add((double)counter.AllocatedBytes / counter.Counted);
                    return;
                }
            }

            throw new InvalidOperationException($"{name} lost packets at {perSecond} packets/s three times.");
        }

        // The lower quartile: what neighbours on the machine do only ever adds.
        private static double Quartile(List<double> values) => values.Order().ElementAt(values.Count / 4);
    }
}
