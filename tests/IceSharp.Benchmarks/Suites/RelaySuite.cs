using System.Globalization;
using IceSharp.Benchmarks.Relay;

namespace IceSharp.Benchmarks.Suites;

/// <summary>The relayed data path through coturn in a namespace of its own: CPU and garbage per packet of 1,200 bytes in each direction, and the highest rate that loses less than 1 %.</summary>
/// <remarks>Microseconds per packet are CPU seconds per million packets. Rounds of all rates and directions alternate; the lower quartile counts, for neighbours on the machine only ever add.</remarks>
internal sealed class RelaySuite : ISuite
{
    private const int Rounds = 8;
    private const double MostLoss = 0.01;

    private static readonly int[] Rates = [20_000, 60_000];
    private static readonly int[] Ladder = [20_000, 30_000, 40_000, 50_000, 60_000, 80_000, 100_000, 120_000, 150_000, 180_000, 220_000, 260_000, 300_000];

    public string Name => "relay";

    public void Run(SuiteReport report)
    {
        if (Environment.GetEnvironmentVariable(RelayLab.Marker) is not null)
        {
            MeasureAsync(report).GetAwaiter().GetResult();
            return;
        }

        using RelayLab lab = new();
        lab.RunInside(Console.Out);
    }

    private static async Task MeasureAsync(SuiteReport report)
    {
        await using RelayedPair pair = new();
        await pair.OpenAsync();
        Flow[] flows = [.. Rates.SelectMany(r => new Flow[] { new("send", r, pair.SendOut, pair.Delivered), new("receive", r, pair.SendIn, pair.Received) })];
        foreach (Flow flow in flows)
        {
            flow.Run(seconds: 0.3);
        }

        foreach (Flow flow in flows)
        {
            flow.Forget();
        }

        for (int round = 0; round < Rounds; round++)
        {
            foreach (Flow flow in flows)
            {
                flow.Run(seconds: 0.5);
            }
        }

        foreach (Flow flow in flows)
        {
            flow.Report(report);
        }

        report.Add("relay.send.highest-rate", Climb(pair.SendOut, pair.Delivered), "packets/s");
        report.Add("relay.receive.highest-rate", Climb(pair.SendIn, pair.Received), "packets/s");
    }

    // A rung counts when one of three tries loses little: a neighbour may spoil one.
    private static double Climb(Action send, FlowMeter meter)
    {
        int best = 0;
        foreach (int rate in Ladder)
        {
            bool holds = Enumerable.Range(0, 3).Any(_ =>
            {
                Flow flow = new("climb", rate, send, meter);
                flow.Run(seconds: 0.5);
                return flow.Loss < MostLoss && flow.Reached > 0.95;
            });
            if (!holds)
            {
                break;
            }

            best = rate;
        }

        return best;
    }

    private sealed class Flow(string name, int perSecond, Action send, FlowMeter meter)
    {
        private readonly List<double> _sendCpu = [];
        private readonly List<double> _receiveCpu = [];
        private readonly List<double> _garbage = [];
        private readonly List<double> _losses = [];

        public double Loss => Quartile(_losses);

        /// <summary>How much of the rate the sender kept up, 0 to 1.</summary>
        public double Reached { get; private set; }

        public void Run(double seconds)
        {
            int packets = (int)(perSecond * seconds);
            meter.Reset();
            long bytes = GC.GetTotalAllocatedBytes();
            long start = System.Diagnostics.Stopwatch.GetTimestamp();
            double cpu = BurstSender.Send(packets, perSecond, send);
            Reached = seconds / System.Diagnostics.Stopwatch.GetElapsedTime(start).TotalSeconds;
            _garbage.Add((double)(GC.GetTotalAllocatedBytes() - bytes) / packets);
            meter.Settle();
            _sendCpu.Add(cpu);
            _receiveCpu.Add(meter.MicrosecondsPerPacket);
            _losses.Add(Math.Max(0, 1 - ((double)meter.Count / packets)));
        }

        public void Forget()
        {
            _sendCpu.Clear();
            _receiveCpu.Clear();
            _garbage.Clear();
            _losses.Clear();
        }

        public void Report(SuiteReport report)
        {
            string prefix = string.Create(CultureInfo.InvariantCulture, $"relay.{name}.{perSecond}");
            report.Add($"{prefix}.cpu", Quartile(name == "send" ? _sendCpu : _receiveCpu), "s/million");
            report.Add($"{prefix}.loss", 100 * Quartile(_losses), "%");
            report.Add($"{prefix}.allocated", Quartile(_garbage), "B/packet");
        }

        private static double Quartile(List<double> values) => values.Order().ElementAt(values.Count / 4);
    }
}
