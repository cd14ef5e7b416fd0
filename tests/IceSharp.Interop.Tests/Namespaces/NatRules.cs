namespace IceSharp.Interop.Tests.Namespaces;

/// <summary>The nftables rules of a NAT whose interfaces are called <c>wan</c> and <c>lan</c>.</summary>
internal static class NatRules
{
    /// <summary>Writes the rules for <c>nft -f -</c>.</summary>
    /// <param name="kind">The behaviour.</param>
    /// <param name="publicAddress">Address of <c>wan</c>.</param>
    /// <param name="host">The host behind the NAT; used by the kinds that serve one host only.</param>
    public static string Write(NatKind kind, string publicAddress, string host) => $$"""
        table ip icesharp {
            set contacted { type ipv4_addr; flags dynamic; timeout 60s; }
            chain prerouting {
                type nat hook prerouting priority dstnat; policy accept;
                {{Inbound(kind, host)}}
            }
            chain postrouting {
                type nat hook postrouting priority srcnat; policy accept;
                {{Outbound(kind, publicAddress)}}
            }
            chain forward {
                type filter hook forward priority filter; policy drop;
                iifname "lan" add @contacted { ip daddr }
                iifname "lan" accept
                ct state established,related accept
                ct status dnat accept
            }
            chain input {
                type filter hook input priority filter; policy accept;
                {{DropUnsolicited}}
            }
        }

        """;

    /// <summary>A stateful firewall for IPv6: who is behind it may begin, who is in front of it may answer (RFC 6092).</summary>
    public static string WriteIpv6Firewall() => """
        table ip6 icesharp {
            chain forward {
                type filter hook forward priority filter; policy drop;
                iifname "lan" accept
                ct state established,related accept
            }
        }

        """;

    // A datagram that reaches the NAT's own address unasked is dropped here, before conntrack confirms an entry for it:
    // such an entry would occupy the mapping, and the host's own packet to that peer would get another port.
    private const string DropUnsolicited = """iifname "wan" drop""";

    private static string Inbound(NatKind kind, string host) => kind switch
    {
        NatKind.AddressRestricted => $"""iifname "wan" ip saddr @contacted meta l4proto udp dnat to {host}""",
        NatKind.FullCone => $"""iifname "wan" meta l4proto udp dnat to {host}""",
        _ => "",
    };

    // Plain masquerading keeps the source port while it is free, which makes the mapping endpoint-independent in effect.
    private static string Outbound(NatKind kind, string publicAddress) => kind switch
    {
        NatKind.PortRestricted => """oifname "wan" masquerade""",
        NatKind.Symmetric => """oifname "wan" masquerade random,fully-random""",
        _ => $"""oifname "wan" snat to {publicAddress}""",
    };
}
