namespace IceSharp.Simulation.Tests.Faults;

/// <summary>A defect, as replacements in the sources of the core: "# what it is", then "@ file", "-what stands there" and "+what shall".</summary>
public sealed record Fault(string Name, string Title, IReadOnlyList<(string File, string Find, string Replace)> Changes)
{
    public static IReadOnlyList<Fault> All(string directory) =>
        [.. Directory.GetFiles(directory, "*.fault").Order(StringComparer.Ordinal).Select(Read)];

    /// <summary>The sources with the defect.</summary>
    /// <param name="sources">Text of each file by its path below the project.</param>
    /// <exception cref="InvalidOperationException">What a change quotes is not there exactly once.</exception>
    public Dictionary<string, string> Apply(IReadOnlyDictionary<string, string> sources)
    {
        Dictionary<string, string> broken = new(sources);
        foreach ((string file, string find, string replace) in Changes)
        {
            string text = broken.TryGetValue(file, out string? source) ? source : throw new InvalidOperationException($"{Name}.fault: there is no {file}.");
            int count = text.Split(find).Length - 1;
            broken[file] = count == 1 ? text.Replace(find, replace, StringComparison.Ordinal) : throw new InvalidOperationException($"{Name}.fault: '{find.Trim()}' stands in {file} {count} times.");
        }

        return broken;
    }

    private static Fault Read(string path)
    {
        string title = string.Empty;
        List<(string File, string Find, string Replace)> changes = [];
        foreach (string line in File.ReadAllLines(path).Where(l => l.Length > 0))
        {
            switch (line[0])
            {
                case '#':
                    title = line[1..].Trim();
                    break;
                case '@':
                    changes.Add((line[1..].Trim(), string.Empty, string.Empty));
                    break;
                case '-':
                    changes[^1] = changes[^1] with { Find = Join(changes[^1].Find, line) };
                    break;
                case '+':
                    changes[^1] = changes[^1] with { Replace = Join(changes[^1].Replace, line) };
                    break;
            }
        }

        return new Fault(Path.GetFileNameWithoutExtension(path), title, changes);
    }

    private static string Join(string text, string line) => text.Length == 0 ? line[1..] : $"{text}\n{line[1..]}";
}
