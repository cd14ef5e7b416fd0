namespace IceSharp.Protocol.Stun.Credentials;

/// <summary>Which server the state of the long-term mechanism belongs to: the name that was given, or else the address (RFC 8489 §9.2.3).</summary>
/// <remarks>A key for tables. Two names are two servers even on one address; a name is the same in either case and with its root dot.</remarks>
public readonly record struct StunServerIdentity
{
    private readonly string? _value;

    private StunServerIdentity(string value) => _value = value;

    /// <summary>A server that DNS was asked for.</summary>
    /// <param name="hostName">The name as given by the user, not what an SRV record made of it.</param>
    /// <exception cref="ArgumentException"><paramref name="hostName"/> is empty.</exception>
    public static StunServerIdentity FromName(string hostName)
    {
        ArgumentException.ThrowIfNullOrEmpty(hostName);
        return new StunServerIdentity(hostName.TrimEnd('.').ToUpperInvariant());
    }

    /// <summary>A server given by its address.</summary>
    public static StunServerIdentity FromAddress(IpAddress address) => new(address.Unmap().ToString());

    /// <summary>The name in capitals, or the address.</summary>
    public override string ToString() => _value ?? string.Empty;
}
