using System.Globalization;
using IceSharp.Protocol;

namespace IceSharp.Internal.Network;

/// <summary>What Linux knows of IPv6 addresses and the framework does not tell there: which are temporary, tentative or duplicates.</summary>
internal static class LinuxIPv6Addresses
{
    private const string Path = "/proc/net/if_inet6";

    /// <summary>The flags of each address; empty on other systems and without IPv6.</summary>
    public static IReadOnlyDictionary<IpAddress, LinuxIPv6Flags> Read()
    {
        var flags = new Dictionary<IpAddress, LinuxIPv6Flags>();
        if (!OperatingSystem.IsLinux() || !File.Exists(Path))
        {
            return flags;
        }

        try
        {
            foreach (string line in File.ReadLines(Path))
            {
                Add(flags, line);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The flags refine the choice; without them every address counts as usable.
        }

        return flags;
    }

    // address, interface index, prefix length, scope, flags, name: hexadecimal, in columns.
    private static void Add(Dictionary<IpAddress, LinuxIPv6Flags> flags, string line)
    {
        string[] columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (columns.Length >= 6
            && UInt128.TryParse(columns[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out UInt128 address)
            && byte.TryParse(columns[4], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out byte flag))
        {
            flags[IpAddress.FromIPv6(address)] = (LinuxIPv6Flags)flag;
        }
    }
}
