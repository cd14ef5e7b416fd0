using IceSharp.Protocol;

namespace IceSharp;

/// <summary>A static translation outside of this machine that no server needs to be asked about: a port-preserving 1:1 NAT of a cloud, or published ports of a container.</summary>
/// <remarks>
/// Immutable and thread safe. Ports stay: combine with a port range where only some are published. The candidate says which rule made it
/// (<see cref="IceCandidate.Rewrite"/>).
/// <example><code>
/// new IceAddressRewrite(IpAddress.Parse("10.0.0.0"), IpAddress.Parse("203.0.113.7")) { PrefixLength = 8, ReplacesHost = true }
/// </code></example>
/// </remarks>
/// <param name="Internal">The local address, or one of a range.</param>
/// <param name="External">The address that the peer reaches instead; of the same family.</param>
public sealed record IceAddressRewrite(IpAddress Internal, IpAddress External)
{
    /// <summary>Leading bits in which a local address must agree with <see cref="Internal"/>.</summary>
    /// <value>0 to 32, or 128 for IPv6; the default, null, is all of them.</value>
    public int? PrefixLength { get; init; }

    /// <summary>Whether the external address takes the host candidate's place, so that the local one is not shown; otherwise it comes besides, as a server-reflexive candidate.</summary>
    /// <value>The default is false.</value>
    public bool ReplacesHost { get; init; }

    /// <summary>Whether the rule is about this local address.</summary>
    public bool Applies(IpAddress local) => local.HasPrefix(Internal, PrefixLength ?? Internal.ByteCount * 8);

    /// <summary>"10.0.0.0/8 -> 203.0.113.7 (replaces host)".</summary>
    public override string ToString() =>
        $"{Internal}{(PrefixLength is { } bits ? $"/{bits}" : string.Empty)} -> {External} ({(ReplacesHost ? "replaces host" : "server-reflexive")})";
}
