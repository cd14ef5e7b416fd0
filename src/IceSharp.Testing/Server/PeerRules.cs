using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>Which peers the relay never talks to.</summary>
internal sealed class PeerRules(StunTurnServerOptions options)
{
    public bool Forbids(IpAddress peer) => IsTunnel(peer) || options.IsForbiddenPeer?.Invoke(peer) == true;

    /// <summary>Whether this is a Teredo (2001:0::/32) or 6to4 (2002::/16) address, which could lead into a loop (RFC 8656 §21.4).</summary>
    public static bool IsTunnel(IpAddress address)
    {
        if (address.Family != IpFamily.IPv6)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[16];
        address.WriteTo(bytes);
        return bytes is [0x20, 0x01, 0, 0, ..] or [0x20, 0x02, ..];
    }
}
