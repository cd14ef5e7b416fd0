namespace IceSharp.Tests.Guide;

public sealed class NatGuideTests
{
    [Fact]
    public void The_examples_of_the_guide_are_those_that_compile_and_run()
    {
        string[] shown = [.. Blocks(File.ReadAllText(Repository.File("docs/guide/test-your-app-against-nats.md")), "```csharp\n", "```")];
        string[] compiled = [.. Blocks(File.ReadAllText(Repository.File("tests/IceSharp.Tests/Guide/NatGuideExamples.cs")), "// example begins\n", "// example ends")];

        shown.Should().HaveCount(3).And.HaveSameCount(compiled);
        for (int i = 0; i < shown.Length; i++)
        {
            Lines(shown[i]).Should().Equal(Lines(compiled[i]), "example {0} is both in the page and in the tests", i + 1);
        }
    }

    private static IEnumerable<string> Blocks(string text, string begin, string end)
    {
        for (int from = text.IndexOf(begin, StringComparison.Ordinal); from >= 0; from = text.IndexOf(begin, from, StringComparison.Ordinal))
        {
            from += begin.Length;
            int to = text.IndexOf(end, from, StringComparison.Ordinal);
            yield return text[from..to];
            from = to + end.Length;
        }
    }

    private static IEnumerable<string> Lines(string text) => text.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0);
}
