using IceSharp.Interop.Tests.Processes;

namespace IceSharp.Interop.Tests.Namespaces;

/// <summary>Finds out whether this machine lets us build networks, and clears away what earlier processes left behind.</summary>
internal static class NamespaceSupport
{
    public const string Directory = "/run/netns";

    private static readonly Lazy<Task> SweepOnce = new(SweepAsync);

    /// <summary>Why no networks can be built here, or null. Builds one for a trial: in some containers root may not.</summary>
    public static string? FindObstacle()
    {
        if (!OperatingSystem.IsLinux())
        {
            return "network namespaces exist on Linux only";
        }

        string? obstacle = ToolPath.Obstacle("ip", "iproute2") ?? ToolPath.Obstacle("nft", "nftables")
            ?? (Environment.IsPrivilegedProcess ? null : "network namespaces need root");
        return obstacle ?? Task.Run(TryAsync).GetAwaiter().GetResult();
    }

    /// <summary>Removes the namespaces of processes of ours that died without removing them, and what still runs inside.</summary>
    public static Task SweepStaleAsync() => SweepOnce.Value;

    private static async Task<string?> TryAsync()
    {
        try
        {
            await using NetworkLab lab = await NetworkLab.CreateAsync();
            await lab.AddNatAsync("trial", "203.0.113.1", "10.0.0.1", NatKind.PortRestricted);
            return null;
        }
        catch (Exception failure) when (failure is InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            return failure.Message.ReplaceLineEndings(" ");
        }
    }

    private static async Task SweepAsync()
    {
        foreach (string path in System.IO.Directory.Exists(Directory) ? System.IO.Directory.GetFiles(Directory) : [])
        {
            if (NamespaceName.TryParse(Path.GetFileName(path), out NamespaceName? name) && !name.IsInUse)
            {
                await NetworkNamespace.DestroyAsync(name);
            }
        }
    }
}
