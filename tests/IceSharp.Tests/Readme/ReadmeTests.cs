namespace IceSharp.Tests.Readme;

public sealed class ReadmeTests
{
    [Fact]
    public void Example_in_the_readme_is_the_one_that_compiles()
    {
        string code = File.ReadAllText(Repository.File("tests/IceSharp.Tests/Readme/ReadmeExample.cs"));
        string readme = File.ReadAllText(Repository.File("README.md"));

        string compiled = Between(code, "// README begins", "// README ends");
        string shown = Between(readme, "```csharp", "```");

        Lines(shown).Should().Equal(Lines(compiled));
    }

    private static string Between(string text, string begin, string end)
    {
        int from = text.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        return text[from..text.IndexOf(end, from, StringComparison.Ordinal)];
    }

    private static IEnumerable<string> Lines(string text) =>
        text.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0);
}
