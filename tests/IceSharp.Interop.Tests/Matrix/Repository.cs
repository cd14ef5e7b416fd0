namespace IceSharp.Interop.Tests.Matrix;

/// <summary>The checkout that the tests were built from.</summary>
internal static class Repository
{
    /// <summary>Its top directory.</summary>
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (DirectoryInfo? directory = new(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "IceSharp.sln")))
            {
                return directory.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No IceSharp.sln in or above '{AppContext.BaseDirectory}'.");
    }
}
