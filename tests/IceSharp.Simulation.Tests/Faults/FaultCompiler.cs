using System.Diagnostics;
using System.Globalization;
using IceSharp.Protocol.Stun;

namespace IceSharp.Simulation.Tests.Faults;

/// <summary>Compiles a copy of the core with the compiler of the SDK that runs the tests.</summary>
internal static class FaultCompiler
{
    private const string GlobalUsings = "global using System;\nglobal using System.Collections.Generic;\nglobal using System.IO;\nglobal using System.Linq;\nglobal using System.Threading;\nglobal using System.Threading.Tasks;\n";

    /// <summary>The folder with the *.fault files.</summary>
    public static string Directory { get; } = Repository.File("tests/IceSharp.Simulation.Tests/Faults");

    /// <summary>The core's sources by their path below the project.</summary>
    public static Dictionary<string, string> Sources()
    {
        string project = Repository.File("src/IceSharp.Protocol");
        return System.IO.Directory.EnumerateFiles(project, "*.cs", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(project, f).Replace('\\', '/'))
            .Where(f => !f.StartsWith("obj/", StringComparison.Ordinal) && !f.StartsWith("bin/", StringComparison.Ordinal))
            .ToDictionary(f => f, f => File.ReadAllText(Path.Combine(project, f)));
    }

    /// <summary>Compiles sources to an assembly that takes the core's place.</summary>
    public static string Compile(IReadOnlyDictionary<string, string> sources, string into)
    {
        string copy = Path.Combine(into, "src");
        List<string> files = [];
        foreach ((string file, string text) in sources.Append(new("GlobalUsings.cs", GlobalUsings)).Append(new("Version.cs", Version())))
        {
            files.Add(Path.Combine(copy, file));
            System.IO.Directory.CreateDirectory(Path.GetDirectoryName(files[^1])!);
            File.WriteAllText(files[^1], text);
        }

        string assembly = Path.Combine(into, "IceSharp.Protocol.dll"), response = Path.Combine(into, "compile.rsp");
        IEnumerable<string> arguments = References().Select(r => $"-reference:\"{r}\"").Concat(files.Select(f => $"\"{f}\""))
            .Prepend($"-out:\"{assembly}\"").Prepend("-target:library -nologo -noconfig -nostdlib -optimize+ -langversion:latest -nullable:enable -warn:0 -nowarn:ICE0001 -deterministic+");
        File.WriteAllLines(response, arguments);
        Run(response);
        return assembly;
    }

    // The core stands on the framework alone.
    private static IEnumerable<string> References() => System.IO.Directory.EnumerateFiles(Framework(), "*.dll").Where(IsManaged);

    private static bool IsManaged(string file)
    {
        string name = Path.GetFileName(file);
        return name is "mscorlib.dll" or "netstandard.dll" || (name.StartsWith("System.", StringComparison.Ordinal) && !name.Contains(".Native", StringComparison.Ordinal));
    }

    private static string Framework() => Path.GetDirectoryName(typeof(object).Assembly.Location)!;

    private static string Version() =>
        string.Create(CultureInfo.InvariantCulture, $"[assembly: System.Reflection.AssemblyVersion(\"{typeof(StunReader).Assembly.GetName().Version}\")]\n");

    private static void Run(string response)
    {
        string root = Path.GetFullPath(Path.Combine(Framework(), "../../.."));
        string compiler = System.IO.Directory.EnumerateFiles(Path.Combine(root, "sdk"), "csc.dll", SearchOption.AllDirectories).Where(f => f.Contains("bincore", StringComparison.Ordinal)).Max(StringComparer.Ordinal)
            ?? throw new InvalidOperationException($"There is no compiler below {root}.");
        ProcessStartInfo start = new(Path.Combine(root, "dotnet"), ["exec", compiler, $"@{response}"]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"The copy does not compile:\n{output}");
        }
    }
}
