namespace IceSharp.Samples.Terminal;

/// <summary>A command line taken apart: words, flags (<c>--relay-only</c>) and options with a value (<c>--wav FILE</c>).</summary>
internal sealed class Arguments
{
    private readonly List<(string Name, string Value)> _options = [];
    private readonly List<string> _words = [];

    private Arguments()
    {
    }

    /// <summary>What stood there without dashes.</summary>
    public IReadOnlyList<string> Words => _words;

    /// <summary>Takes a command line apart.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="flags">Names that stand alone.</param>
    /// <param name="options">Names that a value follows.</param>
    /// <exception cref="UsageException">A name is not known, or its value is missing.</exception>
    public static Arguments Parse(IReadOnlyList<string> arguments, IReadOnlyCollection<string> flags, IReadOnlyCollection<string> options)
    {
        Arguments parsed = new();
        for (int i = 0; i < arguments.Count; i++)
        {
            string argument = arguments[i];
            if (!argument.StartsWith("--", StringComparison.Ordinal))
            {
                parsed._words.Add(argument);
            }
            else if (flags.Contains(argument))
            {
                parsed._options.Add((argument, string.Empty));
            }
            else if (!options.Contains(argument))
            {
                throw new UsageException($"{argument} is not known.");
            }
            else if (i + 1 == arguments.Count)
            {
                throw new UsageException($"{argument} needs a value.");
            }
            else
            {
                parsed._options.Add((argument, arguments[++i]));
            }
        }

        return parsed;
    }

    public bool Has(string name) => _options.Exists(o => o.Name == name);

    /// <summary>The value of an option; null when it is not given.</summary>
    /// <exception cref="UsageException">It is given more than once.</exception>
    public string? Get(string name)
    {
        IReadOnlyList<string> values = GetAll(name);
        return values.Count == 0 ? null : values.Count == 1 ? values[0] : throw new UsageException($"{name} is given {values.Count} times.");
    }

    /// <summary>All values of an option that may be repeated.</summary>
    public IReadOnlyList<string> GetAll(string name) => [.. _options.Where(o => o.Name == name).Select(o => o.Value)];
}
