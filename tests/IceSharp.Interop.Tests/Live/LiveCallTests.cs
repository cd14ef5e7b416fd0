using IceSharp.Interop.Tests.Peers;
using IceSharp.Interop.Tests.Processes;
using IceSharp.TestMarks;

namespace IceSharp.Interop.Tests.Live;

/// <summary>Our agent with itself behind real NATs: the best possible pair wins each time.</summary>
[Collection(nameof(CallCollection))]
public sealed class LiveCallTests(LiveLabs labs) : IClassFixture<LiveLabs>
{
    private const int FullRuns = 20;

    public static TheoryData<string> Cells
    {
        get
        {
            TheoryData<string> names = [];
            foreach (LiveCell cell in LiveCells.OfThisRun)
            {
                names.Add(cell.ToString());
            }

            return names;
        }
    }

    [PeerTheory("coturn", "namespaces")]
    [MemberData(nameof(Cells))]
    [Rfc("ICE-5128-3.3-a")]
    public async Task The_best_pair_wins_each_time_and_its_types_are_those_of_the_virtual_network(string name)
    {
        LiveCell cell = LiveCells.Find(name);
        LiveResult result = await RunAsync(cell);
        labs.Results.Add(result);

        result.Failures.Should().BeEmpty();
        if (LiveCells.NatPairings.Contains(cell))
        {
            result.Outcomes.Select(o => o.Kind).Should().AllBe(VirtualTwin.SelectedKind(cell));
        }
    }

    private async Task<LiveResult> RunAsync(LiveCell cell)
    {
        int runs = LiveCells.IsFull ? FullRuns : 1, lanes = labs.Lanes.Count;
        LiveResult[] parts = await Task.WhenAll(labs.Lanes.Select((lab, lane) => RunAsync(lab, cell, [.. Enumerable.Range(0, runs).Where(run => run % lanes == lane)])));
        return new LiveResult(cell, [.. parts.SelectMany(p => p.Outcomes)], [.. parts.SelectMany(p => p.Failures)]);
    }

    private static async Task<LiveResult> RunAsync(LiveLab lab, LiveCell cell, int[] runs)
    {
        List<LiveOutcome> outcomes = [];
        List<string> failures = [];
        foreach (int run in runs)
        {
            try
            {
                outcomes.Add(await LiveCall.RunAsync(lab, cell, LiveMode.OfRun(run / 4 + run)));
            }
            catch (Exception failure) when (failure is InvalidOperationException or TimeoutException)
            {
                failures.Add(failure.Message);
            }
        }

        return new LiveResult(cell, outcomes, failures);
    }
}
