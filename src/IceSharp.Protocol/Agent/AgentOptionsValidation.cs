using IceSharp.Protocol.Stun.Credentials;

namespace IceSharp.Protocol.Agent;

/// <summary>Refuses settings outside their documented ranges, naming them and their values.</summary>
internal static class AgentOptionsValidation
{
    public static void Validate(IceAgentMachineOptions options)
    {
        ArgumentNullException.ThrowIfNull(options.Nomination, nameof(options.Nomination));
        InRange(options.Pacing, TimeSpan.FromMilliseconds(5), TimeSpan.FromSeconds(10), nameof(options.Pacing));
        InRange(options.KeepaliveInterval, TimeSpan.FromSeconds(15), TimeSpan.FromHours(1), nameof(options.KeepaliveInterval));
        InRange(options.GatheringTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10), nameof(options.GatheringTimeout));
        InRange(options.ServerTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(10), nameof(options.ServerTimeout));
        InRange(options.CloseTimeout, TimeSpan.Zero, TimeSpan.FromSeconds(40), nameof(options.CloseTimeout));
        InRange(options.PatienceTimeout, TimeSpan.Zero, TimeSpan.FromMinutes(10), nameof(options.PatienceTimeout));
        InRange(options.MaxCandidatePairs, 1, 1000, nameof(options.MaxCandidatePairs));
        if (!Enum.IsDefined(options.Demultiplexing))
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.Demultiplexing, "There is no such demultiplexing.");
        }

        InRange(options.MaxRemoteCandidates, 1, 1000, nameof(options.MaxRemoteCandidates));
        if (options.IsLite && (options.Servers.Count > 0 || options.TransportPolicy is not (IceTransportPolicy.All or IceTransportPolicy.HostOnly)))
        {
            throw new ArgumentException($"A lite agent has host candidates only: no servers ({options.Servers.Count} given) and no other transport policy.", nameof(options));
        }

        if (options.Ports.First > options.Ports.Last || (options.Ports.First == 0 && options.Ports.Last != 0))
        {
            throw new ArgumentOutOfRangeException(nameof(options), options.Ports, "A port range goes from a lower to a higher port and does not start at 0.");
        }

        options.TypePreferences.ThrowIfIllegal();
        foreach (IceAddressRewrite rule in options.AddressRewrites)
        {
            Validate(rule, nameof(options));
        }

        foreach (IceServerSettings server in options.Servers)
        {
            if (string.IsNullOrWhiteSpace(server.Host) || server.Port == 0 || server.ToUri() is null)
            {
                throw new ArgumentException($"Server '{server}' has no usable host, or port 0.", nameof(options));
            }

            ValidateCredential(server, nameof(options));
        }
    }

    public static void ValidateStream(string mid, int componentCount, List<AgentStream> existing)
    {
        ArgumentException.ThrowIfNullOrEmpty(mid);
        ArgumentOutOfRangeException.ThrowIfLessThan(componentCount, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(componentCount, 256);
        if (mid.Length > 32 || !mid.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`{|}~".Contains(c, StringComparison.Ordinal)))
        {
            throw new ArgumentException($"'{mid}' is not a token of at most 32 characters.", nameof(mid));
        }

        if (existing.Exists(s => s.Mid == mid))
        {
            throw new ArgumentException($"There is a stream '{mid}' already.", nameof(mid));
        }
    }

    private static void Validate(IceAddressRewrite rule, string parameterName)
    {
        bool fits = rule.Internal.Family != IpFamily.None && rule.Internal.Family == rule.External.Family
            && rule.PrefixLength is null or >= 0 && !(rule.PrefixLength > rule.Internal.ByteCount * 8);
        if (!fits || rule.External.IsUnspecified || rule.External.IsMulticast || rule.External.IsBroadcast)
        {
            throw new ArgumentException($"The rule '{rule}' joins two families, has too long a prefix, or leads to no address of a host.", parameterName);
        }
    }

    // Refused here, because gathering would meet it too late to tell the caller.
    private static void ValidateCredential(IceServerSettings server, string parameterName)
    {
        try
        {
            _ = server.Username is { } username ? new LongTermCredential(username, server.Password ?? string.Empty) : null;
        }
        catch (ArgumentException refused)
        {
            throw new ArgumentException($"Server '{server}': {refused.Message}", parameterName, refused);
        }
    }

    private static void InRange<T>(T value, T least, T most, string name)
        where T : IComparable<T>
    {
        if (value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} lies between {least} and {most}.");
        }
    }
}
