namespace IceSharp.Protocol.Tests.Approval;

/// <summary>A generated file that is kept in the repository, so that its changes show in reviews.</summary>
/// <remarks>With ICESHARP_APPROVE=1 in the environment the tests write it instead of comparing.</remarks>
internal static class ApprovedFile
{
    private const int MaxLinesShown = 40;

    public static void ShouldBe(string relativePath, string content)
    {
        string path = Repository.File(relativePath);
        string approved = File.Exists(path) ? File.ReadAllText(path).ReplaceLineEndings("\n") : "";
        if (approved == content)
        {
            return;
        }

        if (Environment.GetEnvironmentVariable("ICESHARP_APPROVE") == "1")
        {
            File.WriteAllText(path, content);
            return;
        }

        Assert.Fail($"{relativePath} is stale. ICESHARP_APPROVE=1 dotnet test --filter {nameof(Approval)} writes it anew; look at the difference:\n{Difference(approved, content)}");
    }

    // Which lines went and which came; their order matters little for lists.
    private static string Difference(string approved, string content)
    {
        string[] old = approved.Split('\n'), now = content.Split('\n');
        string[] lines = [.. Missing(old, now).Select(l => "- " + l), .. Missing(now, old).Select(l => "+ " + l)];
        string shown = string.Join('\n', lines.Take(MaxLinesShown));
        return lines.Length == 0 ? "the order of lines" : lines.Length <= MaxLinesShown ? shown : $"{shown}\n… {lines.Length - MaxLinesShown} more";
    }

    private static List<string> Missing(string[] from, string[] other)
    {
        Dictionary<string, int> counts = other.GroupBy(l => l).ToDictionary(g => g.Key, g => g.Count());
        List<string> missing = [];
        foreach (string line in from)
        {
            if (counts.TryGetValue(line, out int left) && left > 0)
            {
                counts[line] = left - 1;
            }
            else
            {
                missing.Add(line);
            }
        }

        return missing;
    }
}
