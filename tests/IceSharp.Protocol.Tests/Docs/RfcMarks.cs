using System.Text.RegularExpressions;
using IceSharp.Protocol.Tests.Approval;

namespace IceSharp.Protocol.Tests.Docs;

/// <summary>The marks <c>[Rfc("ID")]</c> in the sources of all test projects.</summary>
internal static partial class RfcMarks
{
    /// <summary>The test classes that prove an ID, by ID.</summary>
    public static IReadOnlyDictionary<string, string[]> Find() =>
        Directory.EnumerateFiles(Repository.File("tests"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(f => Mark().Matches(File.ReadAllText(f)).Select(m => (Id: m.Groups[1].Value, Class: Path.GetFileNameWithoutExtension(f))))
            .GroupBy(m => m.Id)
            .ToDictionary(g => g.Key, g => g.Select(m => m.Class).Distinct().Order(StringComparer.Ordinal).ToArray());

    // At the start of a line or behind another attribute: not the words of a comment.
    [GeneratedRegex("""^\s*\[(?:[^\]"]+, )?Rfc\("([^"]+)"\)""", RegexOptions.Multiline)]
    private static partial Regex Mark();
}
