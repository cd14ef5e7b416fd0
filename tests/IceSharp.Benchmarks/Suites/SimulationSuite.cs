using System.Diagnostics;
using IceSharp.Testing;

namespace IceSharp.Benchmarks.Suites;

/// <summary>How fast the virtual network is: sessions a second on one core, from gathering to nomination, and hours of a call.</summary>
internal sealed class SimulationSuite : ISuite
{
    private const int WarmUpSessions = 200;
    private const int Batches = 5;
    private static readonly TimeSpan BatchTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Call = TimeSpan.FromHours(1);
    private static readonly TimeSpan PacketInterval = TimeSpan.FromMilliseconds(20);

    public string Name => "simulation";

    public void Run(SuiteReport report)
    {
        report.Add("simulation.sessions.host-only", SessionsPerSecond(HostOnly), "sessions/s/core");
        report.Add("simulation.sessions.full", SessionsPerSecond(Full), "sessions/s/core");
        report.Add("simulation.call.idle-hour", Seconds(Idle), "s");
        report.Add("simulation.call.50-packets-hour", Seconds(Busy), "s");
    }

    private static VirtualPairOptions HostOnly(ulong seed) => new() { Seed = seed, UseStun = false, UseTurn = false };

    private static VirtualPairOptions Full(ulong seed) => new()
    {
        Seed = seed,
        OffererNat = NatBehaviour.PortRestrictedCone,
        AnswererNat = NatBehaviour.PortRestrictedCone,
    };

    // The median of the batches; each runs on this thread alone.
    private static double SessionsPerSecond(Func<ulong, VirtualPairOptions> options)
    {
        ulong seed = 0;
        for (int i = 0; i < WarmUpSessions; i++)
        {
            Connect(options(++seed)).Dispose();
        }

        double[] rates = new double[Batches];
        for (int batch = 0; batch < Batches; batch++)
        {
            int sessions = 0;
            Stopwatch watch = Stopwatch.StartNew();
            for (; watch.Elapsed < BatchTime; sessions++)
            {
                Connect(options(++seed)).Dispose();
            }

            rates[batch] = sessions / watch.Elapsed.TotalSeconds;
        }

        Array.Sort(rates);
        return rates[Batches / 2];
    }

    private static double Seconds(Action<VirtualPair> call)
    {
        double[] seconds = new double[Batches];
        for (int batch = 0; batch < Batches; batch++)
        {
            using VirtualPair pair = Connect(Full(1));
            pair.Network.Trace.Clear();
            Stopwatch watch = Stopwatch.StartNew();
            call(pair);
            seconds[batch] = watch.Elapsed.TotalSeconds;
        }

        Array.Sort(seconds);
        return seconds[Batches / 2];
    }

    private static void Idle(VirtualPair pair) => pair.Network.RunFor(Call);

    // One direction, as the rate of a talking side; payloads are counted and not kept.
    private static void Busy(VirtualPair pair)
    {
        VirtualNetwork network = pair.Network;
        network.Trace.IsRecording = false;
        pair.Answerer.KeepsReceived = false;
        int received = 0, sent = 0, packets = (int)(Call / PacketInterval);
        pair.Answerer.DataReceiver = _ => received++;
        byte[] payload = new byte[172];
        void Send()
        {
            pair.Offerer.TrySend(payload);
            if (++sent < packets)
            {
                network.After(PacketInterval, Send);
            }
        }

        Send();
        network.RunFor(Call);
        if (received != packets)
        {
            throw new InvalidOperationException($"{received} of {packets} packets arrived.");
        }
    }

    private static VirtualPair Connect(VirtualPairOptions options)
    {
        VirtualPair pair = VirtualPair.Create(options);
        pair.Network.Trace.IsRecording = false;
        pair.Connect();
        return pair.IsCompleted ? pair : throw new InvalidOperationException($"Seed {options.Seed} does not connect: {pair.Offerer}, {pair.Answerer}.");
    }
}
