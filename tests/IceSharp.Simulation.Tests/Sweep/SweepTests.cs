using System.Collections.Concurrent;
using System.Globalization;
using IceSharp.Testing;
using Xunit.Abstractions;

namespace IceSharp.Simulation.Tests.Sweep;

/// <summary>Random topologies and schedules against the oracle. <c>ICESHARP_SWEEP_SEEDS=100000</c> or <c>=5000-6000</c> runs other seeds than the first 2,000.</summary>
public class SweepTests(ITestOutputHelper output)
{
    private const ulong DefaultSeeds = 2000;
    private const ulong RepeatedSeeds = 60;
    private const int MaxReported = 20;

    // Fewer need not show everything.
    private const int FewRuns = 1000;

    [Fact]
    public void Agents_connect_exactly_where_the_oracle_says_on_the_pair_it_names_and_in_its_time()
    {
        (ulong first, ulong last) = Seeds();
        ConcurrentBag<(ulong Seed, string Report)> failures = [];
        ConcurrentBag<(double ShareOfTime, SweepFeatures Shown)> runs = [];
        long next = (long)first - 1;
        Parallel.For(0, Environment.ProcessorCount, _ =>
        {
            for (ulong seed = (ulong)Interlocked.Increment(ref next); seed <= last && failures.Count < 1000; seed = (ulong)Interlocked.Increment(ref next))
            {
                SweepCase scenario = SweepCase.FromSeed(seed);
                using SweepRun run = new(scenario);
                if (run.Run() is { } wrong)
                {
                    failures.Add((seed, $"{scenario}\n  {wrong}"));
                }

                runs.Add((run.ShareOfTime, run.Shown));
            }
        });

        failures.Should().BeEmpty("{0} seeds fail; {1}", failures.Count, Report(failures));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{runs.Count} seeds, {runs.Count(r => r.Shown != SweepFeatures.None)} connected; longest time to nomination {runs.Max(r => r.ShareOfTime):P0} of what the oracle allows"));
        foreach (SweepFeatures feature in Enum.GetValues<SweepFeatures>().Where(f => f != SweepFeatures.None && (SweepCase.Masked & f) == 0))
        {
            int count = runs.Count(r => r.Shown.HasFlag(feature));
            output.WriteLine($"{feature}: connected {count} times");
            (count > 0 || runs.Count < FewRuns).Should().BeTrue("{0} is used", feature);
        }
    }

    [Fact]
    public void The_same_seed_gives_the_same_trace_and_what_it_records_replays()
    {
        string directory = Directory.CreateTempSubdirectory("icereplay-").FullName;
        try
        {
            for (ulong seed = 1; seed <= RepeatedSeeds; seed++)
            {
                SweepCase scenario = SweepCase.FromSeed(seed);
                using SweepRun once = new(scenario, directory), again = new(scenario);
                once.Run();
                again.Run();
                once.Dispose();

                once.Trace().Should().Equal(again.Trace(), "{0} is the same each time", scenario);
                foreach (string recording in Directory.GetFiles(directory))
                {
                    ReplayResult result = Replay.Load(recording).Run();
                    result.Difference.Should().BeNull("{0} is recorded in {1}", scenario, recording);
                    result.Datagrams.Should().BePositive();
                    File.Delete(recording);
                }
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void What_the_generator_does_not_use_is_listed_with_its_reason()
    {
        string list = File.ReadAllText(Repository.File("docs/simulation-sweep.md"));
        foreach (SweepFeatures feature in Enum.GetValues<SweepFeatures>().Where(f => f != SweepFeatures.None))
        {
            string state = (SweepCase.Masked & feature) == 0 ? "used" : "masked";
            list.Should().Contain($"| `{feature}` | {state} |");
        }
    }

    [Theory]
    [InlineData(46, "a role conflict answered through a NAT that maps each contact anew")]
    [InlineData(1231, "the same with two levels of NAT")]
    [InlineData(2023, "a nomination whose answers were lost, followed by another one")]
    [InlineData(2425, "the same between relays")]
    [InlineData(4482, "two NATs whose learnt addresses chase each other")]
    [InlineData(5944, "the same, and one side had failed")]
    [InlineData(7431, "a second nomination whose triggered check never came through")]
    [InlineData(36302, "a direct path that only a later copy of the answerer's check opens: it began much earlier")]
    [InlineData(38779, "two copies lost at a closed relay made the round trip look seconds long")]
    [InlineData(143011, "a direct path that needs a new mapping on both sides")]
    [InlineData(2900, "a pair that had to regain its consent when a restart selected it, and no bridge by the previous one")]
    [InlineData(4185, "a restart that asked for an allocation once more while the server granted the first")]
    [InlineData(7797, "a restart whose session inherited the patience with learnt addresses that the first had used up")]
    [InlineData(15604, "a candidate that trickled in long after it was found")]
    [InlineData(7513, "an address that was learnt before it was gathered, and therefore never signalled")]
    [InlineData(10982, "a relay that was nominated before the peer had been told of an agent whose gathering took long")]
    [InlineData(18526, "a nomination that was sent anew with every slot after the pair nominated before had lost its address")]
    [InlineData(25747, "a session that went while its pair still carried data, which a selected pair without consent had brought back")]
    public void Seeds_that_failed_once_pass(ulong seed, string story)
    {
        using SweepRun run = new(SweepCase.FromSeed(seed));

        run.Run().Should().BeNull("seed {0} is {1}; timeline of {2}", seed, story, run.Timeline());
    }

    private static string Report(IReadOnlyCollection<(ulong Seed, string Report)> failures)
    {
        (ulong Seed, string Report)[] ordered = [.. failures.OrderBy(f => f.Seed)];
        if (ordered.Length == 0)
        {
            return string.Empty;
        }

        string recordings = Directory.CreateTempSubdirectory("icereplay-").FullName;
        using SweepRun again = new(SweepCase.FromSeed(ordered[0].Seed), recordings);
        again.Run();
        return $"the first of them:\n{string.Join("\n", ordered.Take(MaxReported).Select(f => f.Report))}\nrecordings (secret) in {recordings}\ntimeline of {again.Timeline()}";
    }

    private static (ulong First, ulong Last) Seeds()
    {
        string[] parts = (Environment.GetEnvironmentVariable("ICESHARP_SWEEP_SEEDS") ?? string.Empty).Split('-');
        ulong Number(int index) => ulong.Parse(parts[index], NumberStyles.None, CultureInfo.InvariantCulture);
        return parts switch
        {
            [""] => (1, DefaultSeeds),
            [_] => (1, Number(0)),
            _ => (Number(0), Number(1)),
        };
    }
}
