using System.Text.Json;
using IceSharp.Interop.Tests.Processes;

namespace IceSharp.Interop.Tests.Doctor;

/// <summary>One run of ice-doctor as a process of its own.</summary>
/// <param name="Code">What it ended with.</param>
/// <param name="Output">What it wrote.</param>
internal sealed record DoctorRun(int Code, string Output)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    /// <summary>Its output as the JSON object it must be.</summary>
    public JsonElement Json => JsonDocument.Parse(Output).RootElement;

    public static Task<DoctorRun> StartAsync(params string[] arguments) => StartAsync([], arguments);

    /// <summary>Runs it to its end.</summary>
    /// <param name="environment">"NAME=value".</param>
    /// <param name="arguments">The command line.</param>
    public static async Task<DoctorRun> StartAsync(IEnumerable<string> environment, IEnumerable<string> arguments)
    {
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? ToolPath.Require("dotnet");
        string[] command = [.. environment, dotnet, Path.Combine(AppContext.BaseDirectory, "IceSharp.Doctor.dll"), .. arguments];
        await using ChildProcess process = ChildProcess.Start("env", command, Deadline);
        int code = await process.WaitForExitAsync();
        return new DoctorRun(code, process.Output);
    }
}
