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

    /// <summary>Address of the first host behind the NAT.</summary>
    public string FirstHost => Network + 2;

    private string Network => privateAddress[..(privateAddress.LastIndexOf('.') + 1)];

    public string TakeAddress() => Network + ++_lastHost;
}
