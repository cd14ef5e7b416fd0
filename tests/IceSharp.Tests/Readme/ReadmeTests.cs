using System.Runtime.CompilerServices;

namespace IceSharp.Tests.Readme;

public sealed class ReadmeTests
{
    [Fact]
    public void Example_in_the_readme_is_the_one_that_compiles()
    {
        string repository = FindRepository();
        string code = File.ReadAllText(Path.Combine(repository, "tests/IceSharp.Tests/Readme/ReadmeExample.cs"));
        string readme = File.ReadAllText(Path.Combine(repository, "README.md"));

        string compiled = Between(code, "// README begins", "// README ends");
        string shown = Between(readme, "```csharp", "```");

        Lines(shown).Should().Equal(Lines(compiled));
    }

    // Where the tests were built they run; a build that hides its paths cannot be compared and says so.
    private static string FindRepository([CallerFilePath] string here = "")
    {
        DirectoryInfo? directory = new(File.Exists(here) ? Path.GetDirectoryName(here)! : AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "IceSharp.sln")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName ?? throw new DirectoryNotFoundException("The tests do not run inside the repository.");
    }

    private static string Between(string text, string begin, string end)
    {
        int from = text.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        return text[from..text.IndexOf(end, from, StringComparison.Ordinal)];
    }

    private static IEnumerable<string> Lines(string text) =>
        text.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0);
}
