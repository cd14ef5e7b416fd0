using System.Net;
using IceSharp.Internal.Driver;
using IceSharp.Internal.Network;
using IceSharp.Internal.Network.Dns;
using IceSharp.Internal.Stun;
using IceSharp.Protocol;
using IceSharp.Protocol.Discovery;
using IceSharp.Protocol.Stun;

namespace IceSharp;

/// <summary>Asks STUN servers for the address that they see, over UDP, TCP and TLS (RFC 8489).</summary>
/// <remarks>
/// Thread safe; many requests may be under way at a time. Requests to one server share a socket or connection, which stays open for the next ones.
/// Names are resolved anew for each request: SRV records first, then addresses of both families, of which the one that answers first wins.
/// </remarks>
/// <example><code>
/// await using var client = new StunClient();
/// StunBinding binding = await client.BindAsync(StunUri.Parse("stun:stun.example.org"), cancellationToken);
/// Console.WriteLine($"The world sees {binding.MappedAddress}.");
/// </code></example>
public sealed class StunClient : IAsyncDisposable
{
    private static readonly TimeSpan LongestAttempt = TimeSpan.FromMinutes(2);

    private readonly StunClientOptions _options;
    private readonly StunSessions _sessions;
    private readonly INameResolver _resolver;

    /// <summary>Creates a client; nothing is opened yet.</summary>
    /// <param name="options">Settings; null for the defaults.</param>
    /// <exception cref="ArgumentException">An option lies outside its range, or options exclude each other.</exception>
    public StunClient(StunClientOptions? options = null)
    {
        _options = options ?? new StunClientOptions();
        _sessions = new StunSessions(_options, _options.Validate());
        _resolver = _options.NameResolver ?? new SystemNameResolver();
    }

    /// <summary>Asks the server of a URI.</summary>
    /// <param name="uri">A <c>stun:</c> or <c>stuns:</c> URI; <c>turn:</c> and <c>turns:</c> ones work too, for TURN servers answer Binding requests.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What the server said.</returns>
    /// <exception cref="StunException">No place of the server answered, or the answer is an error; the report lists what was tried.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was set.</exception>
    public async Task<StunBinding> BindAsync(StunUri uri, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(uri);
        cancellationToken.ThrowIfCancellationRequested();
        return await AskAsync(await ResolveAsync(uri, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Asks the server at an address.</summary>
    /// <param name="server">The address and port.</param>
    /// <param name="transport">How; TLS and DTLS need <see cref="IceTlsOptions.VerificationName"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What the server said.</returns>
    /// <exception cref="ArgumentException">The transport is secure and there is no name to verify, or <paramref name="server"/> has no port.</exception>
    /// <exception cref="StunException">The server did not answer, or the answer is an error.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was set.</exception>
    public async Task<StunBinding> BindAsync(IPEndPoint server, StunUriTransport transport = StunUriTransport.Udp, CancellationToken cancellationToken = default)
    {
        StunPlace place = PlaceOf(server, transport);
        cancellationToken.ThrowIfCancellationRequested();
        return await AskAsync([[place]], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends a Binding indication, which nobody answers: it keeps NAT bindings open on the socket or connection that requests to the same server use.</summary>
    /// <param name="server">The address and port.</param>
    /// <param name="transport">How; TLS and DTLS need <see cref="IceTlsOptions.VerificationName"/>.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">The transport is secure and there is no name to verify, or <paramref name="server"/> has no port.</exception>
    /// <exception cref="StunException">There is no connection to the server.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was set.</exception>
    public async Task SendIndicationAsync(IPEndPoint server, StunUriTransport transport = StunUriTransport.Udp, CancellationToken cancellationToken = default)
    {
        StunPlace place = PlaceOf(server, transport);
        StunSession session = await _sessions.GetAsync(place, cancellationToken).ConfigureAwait(false);
        if (!await session.SendIndicationAsync(cancellationToken).ConfigureAwait(false))
        {
            throw new StunException(IceError.ConnectionLost, "The connection ended before the indication was sent.");
        }
    }

    /// <summary>Closes all sockets and connections. Pending requests end with <see cref="IceError.ClientClosed"/>. Disposing again does nothing.</summary>
    public ValueTask DisposeAsync() => _sessions.DisposeAsync();

    private async Task<IReadOnlyList<IReadOnlyList<StunPlace>>> ResolveAsync(StunUri uri, CancellationToken cancellationToken)
    {
        var settings = new ServerResolutionSettings
        {
            Uri = uri,
            SupportedTransports = [.. _options.Transports.Where(t => t != StunUriTransport.Dtls || _options.Dtls is not null)],
            VerificationName = _options.Tls.VerificationName,
        };
        ServerResolution resolution = await ServerResolver.ResolveAsync(_resolver, settings, new CryptoRandomSource(), cancellationToken).ConfigureAwait(false);
        if (resolution.Error != ServerResolutionError.None)
        {
            throw StunFaults.NotResolved(uri, resolution.Error);
        }

        return [.. resolution.Targets.Select(PlacesOf)];
    }

    private static IReadOnlyList<StunPlace> PlacesOf(ServerTarget target) =>
        [.. AddressOrder.Interleave(target.Addresses).Select(a => new StunPlace(target.Transport, new TransportAddress(a.Unmap(), target.Port), target.Identity))];

    private async Task<StunBinding> AskAsync(IReadOnlyList<IReadOnlyList<StunPlace>> targets, CancellationToken cancellationToken)
    {
        var query = new StunQuery(_sessions);
        List<StunException> failures = [];
        foreach (IReadOnlyList<StunPlace> places in targets)
        {
            try
            {
                return query.Conclude(await AskTargetAsync(query, places, cancellationToken).ConfigureAwait(false));
            }
            catch (AggregateException e)
            {
                failures.AddRange(e.InnerExceptions.Select(i => i as StunException ?? new StunException(IceError.ServerSilent, i.Message, innerException: i)));
            }

            if (failures.Find(f => f.Error == IceError.ClientClosed) is { } closed)
            {
                throw closed.With(query.Report);
            }
        }

        // The one that tells most: a refused certificate says more than the silence of another address.
        throw failures.MaxBy(f => Telling(f.Error))!.With(query.Report);
    }

    // An answer is an answer, also a bad one; only who does not answer gives way to the next (RFC 8489 §8.1).
    private Task<StunAnswer> AskTargetAsync(StunQuery query, IReadOnlyList<StunPlace> places, CancellationToken cancellationToken)
    {
        // A connection that stands already comes first.
        StunPlace[] ordered = [.. places.OrderByDescending(_sessions.IsOpen)];
        return StaggeredConnector.ConnectAsync(
            ordered,
            query.AskAsync,
            new StaggeredAttemptSettings { Delay = _options.AttemptDelay, AttemptTimeout = LongestAttempt },
            _options.TimeProvider,
            cancellationToken);
    }

    private StunPlace PlaceOf(IPEndPoint server, StunUriTransport transport)
    {
        ArgumentNullException.ThrowIfNull(server);
        if (server.Port == 0)
        {
            throw new ArgumentException($"'{server}' has no port.", nameof(server));
        }

        if (transport is < StunUriTransport.Udp or > StunUriTransport.Dtls)
        {
            throw new ArgumentOutOfRangeException(nameof(transport), transport, "There is no such transport.");
        }

        bool isSecure = transport is StunUriTransport.Tls or StunUriTransport.Dtls;
        if (isSecure && string.IsNullOrEmpty(_options.Tls.VerificationName))
        {
            throw new ArgumentException($"{transport} to an address needs Tls.VerificationName in the options.", nameof(transport));
        }

        TransportAddress address = NameServerList.ToTransportAddress(server);
        return new StunPlace(transport, address with { Address = address.Address.Unmap() }, isSecure ? _options.Tls.VerificationName : null);
    }

    private static int Telling(IceError error) => error switch
    {
        IceError.TlsFailed => 5,
        IceError.IntegrityViolated => 4,
        IceError.ServerMisbehaved => 3,
        IceError.ConnectionLost => 2,
        IceError.ServerSilent => 1,
        _ => 0,
    };
}
