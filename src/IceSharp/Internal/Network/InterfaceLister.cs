using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;

namespace IceSharp.Internal.Network;

/// <summary>Lists the addresses of the interfaces that are up.</summary>
internal static class InterfaceLister
{
    public static IReadOnlyList<LocalInterfaceAddress> List()
    {
        var found = new List<LocalInterfaceAddress>();
        IReadOnlyDictionary<IpAddress, LinuxIPv6Flags> flags = LinuxIPv6Addresses.Read();
        foreach (NetworkInterface nic in NetworkInterface.GetAllNetworkInterfaces())
        {
            if (nic.OperationalStatus is OperationalStatus.Up or OperationalStatus.Unknown)
            {
                AddAddresses(nic, flags, found);
            }
        }

        return found;
    }

    private static void AddAddresses(NetworkInterface nic, IReadOnlyDictionary<IpAddress, LinuxIPv6Flags> flags, List<LocalInterfaceAddress> found)
    {
        Span<byte> bytes = stackalloc byte[16];
        foreach (UnicastIPAddressInformation entry in nic.GetIPProperties().UnicastAddresses)
        {
            IPAddress address = entry.Address;
            if (address.AddressFamily is not (AddressFamily.InterNetwork or AddressFamily.InterNetworkV6) || !address.TryWriteBytes(bytes, out int count))
            {
                continue;
            }

            IpAddress ip = IpAddress.FromBytes(bytes[..count]);
            LinuxIPv6Flags flag = flags.GetValueOrDefault(ip);
            if ((flag & LinuxIPv6Flags.Unusable) != 0 || IsDuplicate(entry))
            {
                continue;
            }

            found.Add(new LocalInterfaceAddress(nic.Name, ip)
            {
                PrefixLength = entry.PrefixLength,
                ScopeId = address.AddressFamily == AddressFamily.InterNetworkV6 ? address.ScopeId : 0,
                IsLoopback = nic.NetworkInterfaceType == NetworkInterfaceType.Loopback,
                IsDeprecated = (flag & LinuxIPv6Flags.Deprecated) != 0 || IsPastPreference(entry),
                Cost = InterfaceCost.Of(nic.NetworkInterfaceType),
                IsTemporary = (flag & LinuxIPv6Flags.Temporary) != 0 || IsRandomSuffix(entry),
            });
        }
    }

    // Only Windows tells about duplicate detection and the origin of the suffix.
    private static bool IsDuplicate(UnicastIPAddressInformation entry) =>
        OperatingSystem.IsWindows() && entry.DuplicateAddressDetectionState is not (DuplicateAddressDetectionState.Preferred or DuplicateAddressDetectionState.Deprecated);

    private static bool IsPastPreference(UnicastIPAddressInformation entry) =>
        OperatingSystem.IsWindows() && entry.DuplicateAddressDetectionState == DuplicateAddressDetectionState.Deprecated;

    private static bool IsRandomSuffix(UnicastIPAddressInformation entry) => OperatingSystem.IsWindows() && entry.SuffixOrigin == SuffixOrigin.Random;
}
