using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace IceSharp.Protocol.Stun.Credentials;

/// <summary>Decides whether one logical request follows a redirection, so that it ends whatever servers say (RFC 8489 §10).</summary>
/// <remarks>Realm and nonce of the old server do not go to the new one: <see cref="LongTermAuthenticator.CreateForRedirect"/>. Not thread safe.</remarks>
[Experimental("ICE0001")]
public sealed class AlternateServerGuard
{
    /// <summary>Most redirections of one request.</summary>
    public const int MaxRedirects = 5;

    private const int MaxDomainBytes = 255;
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(5);

    private readonly List<(TransportAddress Server, MonotonicTime At)> _tried = [];
    private readonly string? _certificateName;
    private int _redirects;

    /// <summary>Creates the guard of a request that is sent to its first server now.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="server">The first server.</param>
    /// <param name="certificateName">The name that the user gave the first server, for certificates; null when there is none.</param>
    public AlternateServerGuard(MonotonicTime now, TransportAddress server, string? certificateName = null)
    {
        _certificateName = certificateName;
        _tried.Add((Unmap(server), now));
    }

    /// <summary>Decides on a redirection and, when it is followed, remembers that the request went there.</summary>
    /// <param name="now">The current time.</param>
    /// <param name="response">A 300 error response.</param>
    /// <param name="isAuthenticated">Whether its integrity was verified.</param>
    /// <param name="family">The address family of the socket.</param>
    /// <param name="target">Where to go when the result is <see cref="AlternateServerOutcome.Follow"/>.</param>
    public AlternateServerOutcome Decide(MonotonicTime now, in StunReader response, bool isAuthenticated, IpFamily family, out AlternateServer target)
    {
        target = default;
        if (!isAuthenticated)
        {
            return AlternateServerOutcome.NotAuthenticated;
        }

        if (!TryFindAddress(response, family, out TransportAddress address))
        {
            return AlternateServerOutcome.NoAddress;
        }

        if (!TryReadDomain(response, out string? domain))
        {
            return AlternateServerOutcome.BadDomain;
        }

        _tried.RemoveAll(t => now - t.At > Memory);
        if (_tried.Exists(t => t.Server == address))
        {
            return AlternateServerOutcome.Loop;
        }

        if (_redirects == MaxRedirects)
        {
            return AlternateServerOutcome.TooMany;
        }

        _redirects++;
        _tried.Add((address, now));
        target = new AlternateServer(address, domain ?? _certificateName);
        return AlternateServerOutcome.Follow;
    }

    // The server lists one address of each family at most, in either order (RFC 8489 §10).
    private static bool TryFindAddress(in StunReader response, IpFamily family, out TransportAddress address)
    {
        foreach (StunAttribute attribute in response)
        {
            if (attribute.Type == StunAttributeType.AlternateServer && attribute.ReadAddress(out address) == StunAttributeStatus.Ok
                && address.Family == family && address.Port != 0 && !address.Address.IsUnspecified && !address.Address.IsMulticast)
            {
                address = Unmap(address);
                return true;
            }
        }

        address = default;
        return false;
    }

    private static bool TryReadDomain(in StunReader response, out string? domain)
    {
        domain = null;
        if (!response.TryFind(StunAttributeType.AlternateDomain, out StunAttribute attribute))
        {
            return true;
        }

        if (attribute.Value.Length is 0 or > MaxDomainBytes)
        {
            return false;
        }

        foreach (byte character in attribute.Value)
        {
            if (!char.IsAsciiLetterOrDigit((char)character) && character is not ((byte)'-' or (byte)'.' or (byte)'_'))
            {
                return false;
            }
        }

        domain = Encoding.ASCII.GetString(attribute.Value);
        return true;
    }

    private static TransportAddress Unmap(TransportAddress address) => address with { Address = address.Address.Unmap() };
}
