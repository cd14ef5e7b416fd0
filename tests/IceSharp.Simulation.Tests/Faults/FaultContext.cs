using System.Reflection;
using System.Runtime.Loader;

namespace IceSharp.Simulation.Tests.Faults;

/// <summary>The test kit and these tests once more, over another core.</summary>
internal sealed class FaultContext(string core) : AssemblyLoadContext("a defect", isCollectible: true)
{
    private static readonly string Home = AppContext.BaseDirectory;

    /// <summary>Runs <see cref="FaultProbe.Find"/> over the other core.</summary>
    public string? Find(TimeSpan patience)
    {
        Assembly tests = LoadFromAssemblyPath(Path.Combine(Home, "IceSharp.Simulation.Tests.dll"));
        MethodInfo find = tests.GetType(typeof(FaultProbe).FullName!)!.GetMethod(nameof(FaultProbe.Find))!;
        return (string?)find.Invoke(null, [patience]);
    }

    protected override Assembly? Load(AssemblyName assemblyName) => assemblyName.Name switch
    {
        "IceSharp.Protocol" => LoadFromAssemblyPath(core),
        "IceSharp.Testing" => LoadFromAssemblyPath(Path.Combine(Home, "IceSharp.Testing.dll")),
        _ => null,
    };
}
