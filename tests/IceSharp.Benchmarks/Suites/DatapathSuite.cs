using System.Globalization;
using System.Net;
using IceSharp.Benchmarks.Datapath;

namespace IceSharp.Benchmarks.Suites;

/// <summary>Receive CPU per packet beside a bare blocking thread in the same run, and allocation per packet in both directions.</summary>
internal sealed class DatapathSuite : ISuite
{
    private const int Rounds = 7;

    private static readonly (int PerSecond, int Packets)[] Rates = [(500, 500), (5_000, 3_000), (20_000, 10_000), (60_000, 30_000)];

    public string Name => "datapath";

    public void Run(SuiteReport report)
    {
        using var bare = new BareReceiver();
        using var native = new LoopReceiver(portable: false);
        using var portable = new LoopReceiver(portable: true);
        using var toBare = new PacketSource(bare.LocalEndPoint);
        using var toNative = new PacketSource(IPEndPoint.Parse(native.LocalAddress.ToString()));
        using var toPortable = new PacketSource(IPEndPoint.Parse(portable.LocalAddress.ToString()));
        Subject[] subjects =
        [
            new("bare", bare.Counter, toBare.Send),
            new("loop", native.Counter, toNative.Send),
            new("portable", portable.Counter, toPortable.Send),
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
        private double _bytes;

        public string Name => name;

        public double MicrosecondsPerPacket => Median(_microseconds);

        public double BytesPerPacket => _bytes;

        public double RatioTo(Subject reference) => Median([.. _microseconds.Zip(reference._microseconds, (a, b) => a / b)]);

        public void Reset()
        {
            _microseconds.Clear();
            _bytes = 0;
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
                    _bytes = Math.Max(_bytes, (double)counter.AllocatedBytes / counter.Counted);
                    return;
                }
            }

            throw new InvalidOperationException($"{name} lost packets at {perSecond} packets/s three times.");
        }

        private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
    }
}
