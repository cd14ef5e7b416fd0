namespace IceSharp.Tests.Readme;

public sealed class TurnGuideTests
{
    [Fact]
    public void Examples_in_the_guide_are_those_that_compile()
    {
        string[] shown = Pieces(Read("docs/guide/turn.md"), "```csharp", "```");
        string[] compiled = Pieces(Read("tests/IceSharp.Tests/Readme/TurnGuideExamples.cs"), "// begins", "// ends");

        shown.Should().HaveCount(2).And.Equal(compiled);
    }

    private static string Read(string path) => File.ReadAllText(Repository.File(path));

    private static string[] Pieces(string text, string begin, string end) =>
        [.. text.Split(begin).Skip(1).Select(p => string.Join('\n', p[..p.IndexOf(end, StringComparison.Ordinal)].Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0)))];
}
