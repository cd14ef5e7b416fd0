using System.Net;
using System.Net.Sockets;
using IceSharp.Internal.Driver;
using IceSharp.Internal.Nat;
using IceSharp.Internal.Network.Dns;
using IceSharp.Protocol;
using IceSharp.Protocol.Discovery;
using IceSharp.Protocol.Nat;
using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Credentials;

namespace IceSharp;

/// <summary>Observes what the NAT and firewall in front of this machine do to UDP (RFC 5780).</summary>
/// <remarks>Thread safe. Uses UDP sockets on random ports, which are closed when the task has ended.</remarks>
/// <example><code>
/// NatProbeResult result = await NatProbe.RunAsync("stun:stun.example.org");
/// Console.WriteLine(result.Report.Summary);
/// </code></example>
public static class NatProbe
{
    private const int MaxServers = 8;

    /// <summary>Probes with one server.</summary>
    /// <param name="uri">A <c>stun:</c> URI (RFC 7064). The server needs a second address (RFC 5780) to tell more than the mapped address.</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the probe early.</param>
    /// <returns>What was observed. That nobody answers, or only with errors, is an observation too: see <see cref="NatReport.Outcome"/>.</returns>
    /// <exception cref="FormatException"><paramref name="uri"/> is no STUN URI.</exception>
    /// <exception cref="ArgumentException">The URI is none that can be used here, or an option is out of range.</exception>
    /// <exception cref="IceException">The server's name leads nowhere, or there is no way to it, or no socket.</exception>
    public static Task<NatProbeResult> RunAsync(string uri, NatProbeOptions? options = null, CancellationToken cancellationToken = default) =>
        RunAsync([uri], options, cancellationToken);

    /// <summary>Probes with the first of several servers that has a second address; when none has, two at different addresses tell a part of mapping.</summary>
    /// <param name="uris">One to eight <c>stun:</c> URIs (RFC 7064).</param>
    /// <param name="options">Options; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the probe early.</param>
    /// <returns>What was observed. That nobody answers, or only with errors, is an observation too: see <see cref="NatReport.Outcome"/>.</returns>
    /// <exception cref="FormatException">One of <paramref name="uris"/> is no STUN URI.</exception>
    /// <exception cref="ArgumentException">There are none or too many, one of them cannot be used here, or an option is out of range.</exception>
    /// <exception cref="IceException">No server's name leads anywhere, or there is no way to it, or no socket.</exception>
    public static Task<NatProbeResult> RunAsync(IReadOnlyList<string> uris, NatProbeOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(uris);
        if (uris.Count is 0 or > MaxServers)
        {
            throw new ArgumentException($"A probe takes 1 to {MaxServers} servers, not {uris.Count}.", nameof(uris));
        }

        StunUri[] parsed = [.. uris.Select(ParseUri)];
        options ??= new NatProbeOptions();
        if (options.Username is null != options.Password is null)
        {
            throw new ArgumentException("User and password come together or not at all.", nameof(options));
        }

        LongTermCredential? credential = options.Username is null ? null : new LongTermCredential(options.Username, options.Password!);

        // Checks the ranges before anything is sent; addresses come later.
        NatProbeSettings settings = new()
        {
            Servers = [],
            LocalAddress = default,
            Tests = options.Tests,
            Retransmission = options.Retransmission,
            Credential = credential,
            Software = options.Software,
            MtuBytes = options.MtuBytes ?? 1500,
            LongestLifetime = options.LongestLifetime,
            LifetimeResolution = options.LifetimeResolution,
        };
        return RunAsync(parsed, settings, options, cancellationToken);
    }

    private static StunUri ParseUri(string uri)
    {
        StunUri parsed = StunUri.Parse(uri);
        return parsed is { IsTurn: false, IsSecure: false }
            ? parsed
            : throw new ArgumentException($"'{parsed}' cannot be used: a probe asks STUN servers over UDP. Write stun:HOST.", nameof(uri));
    }

    private static async Task<NatProbeResult> RunAsync(StunUri[] uris, NatProbeSettings settings, NatProbeOptions options, CancellationToken cancellationToken)
    {
        CryptoRandomSource random = new();
        IReadOnlyList<TransportAddress> found = await ResolveAsync(uris, options, random, cancellationToken).ConfigureAwait(false);

        // NATs are an IPv4 affair first; IPv6 is probed where servers or the caller have nothing else.
        IpFamily family = options.LocalAddress is { } wanted ? AddressOf(wanted).Family
            : found.Any(s => s.Family == IpFamily.IPv4) ? IpFamily.IPv4 : IpFamily.IPv6;
        TransportAddress[] servers = [.. found.Where(s => s.Family == family).Take(MaxServers)];
        if (servers.Length == 0)
        {
            throw new IceException(IceError.ServerNotFound, $"No address of {family} was found for {string.Join<StunUri>(", ", uris)}.");
        }

        IPAddress local = options.LocalAddress ?? FindLocalAddress(servers[0]);
        settings = settings with
        {
            Servers = servers,
            LocalAddress = AddressOf(local),
            MtuBytes = options.MtuBytes ?? InterfaceMtu.Find(local) ?? settings.MtuBytes,
        };
        DateTimeOffset startedAt = options.TimeProvider.GetUtcNow();
        long start = options.TimeProvider.GetTimestamp();
        using NatProbeMachine machine = new(settings, random);
        NatProbeRun run = new(machine, local, options);
        await using (run.ConfigureAwait(false))
        {
            NatReport report = await run.RunAsync(cancellationToken).ConfigureAwait(false);
            return report.Outcome == NatProbeOutcome.LocalFailure
                ? throw new IceException(IceError.NetworkUnreachable, $"No UDP socket could be opened on {local}.", innerException: run.BindFailure)
                : new NatProbeResult(report, startedAt, options.TimeProvider.GetElapsedTime(start));
        }
    }

    private static async Task<IReadOnlyList<TransportAddress>> ResolveAsync(StunUri[] uris, NatProbeOptions options, CryptoRandomSource random, CancellationToken cancellationToken)
    {
        INameResolver resolver = options.NameResolver ?? new SystemNameResolver();
        List<TransportAddress> found = [];
        foreach (StunUri uri in uris)
        {
            ServerResolutionSettings wanted = new() { Uri = uri, SupportedTransports = [StunUriTransport.Udp], ForNatBehavior = true };
            ServerResolution resolution = await ServerResolver.ResolveAsync(resolver, wanted, random, cancellationToken).ConfigureAwait(false);

            // One address a family is enough of a server: its other one is for OTHER-ADDRESS to tell.
            foreach (IpFamily family in (IpFamily[])[IpFamily.IPv4, IpFamily.IPv6])
            {
                TransportAddress server = resolution.Targets
                    .SelectMany(t => t.Addresses.Select(a => new TransportAddress(a, t.Port))).FirstOrDefault(a => a.Family == family);
                if (server.Family == family && !found.Contains(server))
                {
                    found.Add(server);
                }
            }
        }

        return found;
    }

    private static IpAddress AddressOf(IPAddress address) => NameServerList.ToTransportAddress(new IPEndPoint(address, 0)).Address;

    // Connecting a datagram socket sends nothing and asks the routes.
    private static IPAddress FindLocalAddress(TransportAddress server)
    {
        IPEndPoint destination = NameServerList.ToEndPoint(server);
        using Socket socket = new(destination.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.Connect(destination);
            return ((IPEndPoint)socket.LocalEndPoint!).Address;
        }
        catch (SocketException e)
        {
            throw new IceException(IceError.NetworkUnreachable, $"There is no way from here to {server}.", innerException: e);
        }
    }
}
