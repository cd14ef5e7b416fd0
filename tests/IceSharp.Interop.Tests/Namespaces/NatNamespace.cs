namespace IceSharp.Interop.Tests.Namespaces;

/// <summary>A NAT of a <see cref="NetworkLab"/>.</summary>
/// <param name="router">The namespace it lives in.</param>
/// <param name="publicAddress">Its address outside.</param>
/// <param name="privateAddress">Its address inside, which ends in .1.</param>
internal sealed class NatNamespace(NetworkNamespace router, string publicAddress, string privateAddress)
{
    private int _lastHost = 1;

    public NetworkNamespace Router => router;

    public string PublicAddress => publicAddress;

    public string PrivateAddress => privateAddress;

    /// <summary>Whether it has a NAT for IPv4.</summary>
    public bool HasIpv4 { get; set; }

    /// <summary>The IPv6 addresses behind it begin with this; null when it has no IPv6.</summary>
    public string? Ipv6Prefix { get; set; }

    /// <summary>Has an address restricted NAT forget whom its host has sent to; others have no such memory.</summary>
    public Task ForgetContactsAsync() => router.LoadRulesAsync("flush set ip icesharp contacted");

    /// <summary>Address of the first host behind the NAT.</summary>
    public string FirstHost => Network + 2;

    private string Network => privateAddress[..(privateAddress.LastIndexOf('.') + 1)];

    public string TakeAddress() => Network + ++_lastHost;
}
