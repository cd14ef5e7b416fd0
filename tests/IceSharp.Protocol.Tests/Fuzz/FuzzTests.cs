using System.Globalization;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Fuzz;

/// <summary>
/// Mutants of real messages. <c>ICESHARP_FUZZ_INPUTS</c> says how many (200,000 by default, 10,000,000 and more for a real run),
/// <c>ICESHARP_FUZZ_SEED</c> which ones; <c>ICESHARP_FUZZ_COLLECT=1</c> writes the corpus anew.
/// </summary>
public sealed class FuzzTests
{
    private const int KeptOfEach = 160;
    private const int LongestKept = 220;

    [Fact]
    [Rfc("STUN-8489-5-k")]
    public void No_mutant_breaks_the_codec_or_the_framing()
    {
        long count = Number("ICESHARP_FUZZ_INPUTS", 200_000);
        var runner = new FuzzRunner((ulong)Number("ICESHARP_FUZZ_SEED", 1), FuzzCorpus.Seeds());

        runner.Run(count);

        ((double)runner.WellFormed / count).Should().BeGreaterThan(0.2, "inputs that end at the first check prove little");
    }

    [Fact]
    public void The_same_seed_gives_the_same_inputs()
    {
        Inputs(7).Should().Equal(Inputs(7)).And.NotEqual(Inputs(8));

        static List<string> Inputs(ulong seed)
        {
            var inputs = new List<string>();
            new FuzzRunner(seed, FuzzCorpus.Seeds()).Run(200, input => inputs.Add(Convert.ToHexString(input)));
            return inputs;
        }
    }

    [Fact]
    public void Kept_messages_come_out_as_they_did()
    {
        IReadOnlyList<(string Outcome, byte[] Bytes)> corpus = FuzzCorpus.Load("codec.tsv");
        using var target = new CodecTarget();

        corpus.Should().NotBeEmpty();
        foreach ((string outcome, byte[] bytes) in corpus)
        {
            target.Check(bytes, deep: true);
            CodecTarget.Describe(bytes).Should().Be(outcome, Convert.ToHexStringLower(bytes));
        }
    }

    [Fact]
    public void Kept_streams_come_out_as_they_did()
    {
        IReadOnlyList<(string Outcome, byte[] Bytes)> corpus = FuzzCorpus.Load("stream.tsv");

        corpus.Should().NotBeEmpty();
        foreach ((string outcome, byte[] bytes) in corpus)
        {
            new StreamTarget().Check(bytes, new FuzzRandom(1));
            StreamTarget.Describe(bytes).Should().Be(outcome, Convert.ToHexStringLower(bytes));
        }
    }

    [Fact]
    public void The_corpus_is_collected_on_demand()
    {
        if (Number("ICESHARP_FUZZ_COLLECT", 0) == 0)
        {
            return;
        }

        var codec = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        var stream = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        new FuzzRunner(1, FuzzCorpus.Seeds()).Run(Number("ICESHARP_FUZZ_INPUTS", 200_000), input =>
        {
            Keep(codec, CodecTarget.Describe(input), input);
            Keep(stream, StreamTarget.Describe(input), input);
        });

        FuzzCorpus.Save("codec.tsv", "Mutants of messages, and what the codec makes of each.", Spread(codec));
        FuzzCorpus.Save("stream.tsv", "Mutants of streams, and the frames that they hold.", Spread(stream));
    }

    private static void Keep(SortedDictionary<string, byte[]> kept, string outcome, ReadOnlySpan<byte> input)
    {
        if (input.Length <= LongestKept && (!kept.TryGetValue(outcome, out byte[]? other) || other.Length > input.Length))
        {
            kept[outcome] = input.ToArray();
        }
    }

    // Evenly over the sorted outcomes, so that no kind crowds the others out.
    private static IEnumerable<(string Outcome, byte[] Bytes)> Spread(SortedDictionary<string, byte[]> kept)
    {
        int step = Math.Max(1, kept.Count / KeptOfEach);
        return kept.Where((_, i) => i % step == 0).Select(p => (p.Key, p.Value));
    }

    private static long Number(string variable, long otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? long.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
