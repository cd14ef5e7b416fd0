using System.Net.NetworkInformation;

namespace IceSharp.Internal.Network;

/// <summary>What interfaces cost, in the numbers that browsers signal as network-cost: lower is better.</summary>
internal static class InterfaceCost
{
    public static int Of(NetworkInterfaceType type) => type switch
    {
        NetworkInterfaceType.Ethernet or NetworkInterfaceType.GigabitEthernet or NetworkInterfaceType.FastEthernetT or NetworkInterfaceType.FastEthernetFx
            or NetworkInterfaceType.Ethernet3Megabit or NetworkInterfaceType.Fddi or NetworkInterfaceType.Loopback => 0,
        NetworkInterfaceType.Wireless80211 => 10,
        NetworkInterfaceType.Wwanpp or NetworkInterfaceType.Wwanpp2 or NetworkInterfaceType.Wman => 900,

        // A tunnel runs over another network, which it cannot be better than.
        NetworkInterfaceType.Tunnel or NetworkInterfaceType.Ppp => 51,
        _ => 50,
    };
}
