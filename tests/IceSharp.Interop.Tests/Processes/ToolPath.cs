namespace IceSharp.Interop.Tests.Processes;

/// <summary>Finds programs. The system directories are searched too, which are often not on a plain user's PATH.</summary>
internal static class ToolPath
{
    private static readonly string[] SystemDirectories = ["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/local/bin", "/usr/bin", "/bin"];

    public static string? Find(string tool) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Concat(SystemDirectories)
            .Select(directory => Path.Combine(directory, tool))
            .FirstOrDefault(File.Exists);

    /// <exception cref="FileNotFoundException">The program is not installed.</exception>
    public static string Require(string tool) => Find(tool) ?? throw new FileNotFoundException($"'{tool}' is not installed.", tool);

    /// <summary>Says what to install when the program is missing; null when it is there.</summary>
    public static string? Obstacle(string tool, string debianPackage) =>
        Find(tool) is null ? $"'{tool}' is not installed (Debian package {debianPackage})" : null;
}
