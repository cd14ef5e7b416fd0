using System.Runtime.CompilerServices;

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

    private static string Read(string path, [CallerFilePath] string here = "")
    {
        DirectoryInfo? directory = new(File.Exists(here) ? Path.GetDirectoryName(here)! : AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "IceSharp.sln")))
        {
            directory = directory.Parent;
        }

        return File.ReadAllText(Path.Combine(directory?.FullName ?? throw new DirectoryNotFoundException("The tests do not run inside the repository."), path));
    }

    private static string[] Pieces(string text, string begin, string end) =>
        [.. text.Split(begin).Skip(1).Select(p => string.Join('\n', p[..p.IndexOf(end, StringComparison.Ordinal)].Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0)))];
}
