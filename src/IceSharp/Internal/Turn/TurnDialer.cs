using IceSharp.Internal.Driver;
using IceSharp.Internal.Network;
using IceSharp.Internal.Network.Dns;
using IceSharp.Internal.Stun;
using IceSharp.Protocol;
using IceSharp.Protocol.Discovery;
using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Credentials;
using IceSharp.Protocol.Turn;

namespace IceSharp.Internal.Turn;

/// <summary>Makes one allocation out of several servers, transports and addresses: whichever answers first, a little after the better ones had their chance.</summary>
internal sealed class TurnDialer(TurnClientOptions client, IIceNetwork network, INameResolver resolver, TurnServerMemory memory, Loop loop)
{
    private static readonly SocketHandle FirstSocket = new(1);
    private static readonly TimeSpan LongestServer = TimeSpan.FromMinutes(2);

    private readonly TurnLinks _links = new(client, network);

    /// <summary>Allocates.</summary>
    /// <exception cref="TurnException">No server gave an allocation; the report lists what was tried.</exception>
    public async Task<TurnDriver> DialAsync(IReadOnlyList<IceServer> servers, TurnAllocationOptions options, TurnQuest quest, CancellationToken cancellationToken)
    {
        try
        {
            var settings = new StaggeredAttemptSettings { Delay = client.AttemptDelay, AttemptTimeout = LongestServer };
            DialedAllocation first = await StaggeredConnector.ConnectAsync(
                servers, (server, token) => DialServerAsync(server, options, quest, token), settings, client.TimeProvider, cancellationToken).ConfigureAwait(false);
            return first.Driver;
        }
        catch (AggregateException e)
        {
            throw MostTelling(e).With(quest.Report);
        }
    }

    private async Task<DialedAllocation> DialServerAsync(IceServer server, TurnAllocationOptions options, TurnQuest quest, CancellationToken cancellationToken)
    {
        IReadOnlyList<StunPlace> places = await ResolveAsync(server.Uri, options, quest, cancellationToken).ConfigureAwait(false);
        TurnException? final = null;
        using var givenUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            var settings = new StaggeredAttemptSettings { Delay = client.AttemptDelay, AttemptTimeout = client.AllocateTimeout };
            return await StaggeredConnector.ConnectAsync(places, AttemptAsync, settings, client.TimeProvider, givenUp.Token).ConfigureAwait(false);
        }
        catch (AggregateException e)
        {
            throw MostTelling(e);
        }
        catch (OperationCanceledException) when (final is not null && !cancellationToken.IsCancellationRequested)
        {
            throw final;
        }

        async Task<DialedAllocation> AttemptAsync(StunPlace place, CancellationToken token)
        {
            try
            {
                return new DialedAllocation(await DialPlaceAsync(server, place, options, quest, token).ConfigureAwait(false));
            }
            catch (TurnException e) when (TurnFaults.IsFinal(e))
            {
                // Its other transports and addresses would say the same (RFC 8656 §7.4).
                final = e;
                await givenUp.CancelAsync().ConfigureAwait(false);
                throw;
            }
        }
    }

    // One place, and those that it redirects to.
    private async Task<TurnDriver> DialPlaceAsync(
        IceServer server, StunPlace place, TurnAllocationOptions options, TurnQuest quest, CancellationToken cancellationToken)
    {
        AlternateServerGuard? redirects = null;
        while (true)
        {
            TurnDriver? driver = null;
            try
            {
                IIceUdpSocket socket = await _links.OpenAsync(place, cancellationToken).ConfigureAwait(false);
                var random = new CryptoRandomSource();
                redirects ??= new AlternateServerGuard(loop.Now, place.Address);
                var machine = new TurnAllocationMachine(
                    options.ToSettings(client, place.Kind, place.IsSecure), server.ToCredential(), place.Address, FirstSocket, random, redirects, memory);
                driver = new TurnDriver(new TurnSetup(client, options, server, place, _links, memory, random), loop, machine, socket);
                await driver.Allocated.WaitAsync(cancellationToken).ConfigureAwait(false);
                quest.Note(place, $"relays from {driver.Addresses!.Relayed[0]}");
                return driver;
            }
            catch (TurnException) when (driver?.Redirect is { } redirect)
            {
                quest.Note(place, $"redirected to {redirect.Address}");
                place = place with { Address = redirect.Address, Identity = redirect.CertificateName ?? place.Identity };
            }
            catch (TurnException e) when (driver?.MayTryOtherPort == true)
            {
                // The server still knows an allocation of this port's former user (RFC 8656 §7.4).
                quest.Note(place, e.Sentence);
            }
            catch (TurnException e)
            {
                quest.Note(place, e.Sentence);
                throw;
            }
            catch (OperationCanceledException)
            {
                quest.Note(place, "given up");
                _ = driver?.CloseAsync();
                throw;
            }
        }
    }

    private async Task<IReadOnlyList<StunPlace>> ResolveAsync(StunUri uri, TurnAllocationOptions options, TurnQuest quest, CancellationToken cancellationToken)
    {
        var settings = new ServerResolutionSettings
        {
            Uri = uri,
            SupportedTransports = [.. client.Transports.Where(t => IsPossible(t, options))],
            VerificationName = client.Tls.VerificationName,
        };
        ServerResolution resolution = await ServerResolver.ResolveAsync(resolver, settings, new CryptoRandomSource(), cancellationToken).ConfigureAwait(false);
        if (resolution.Error != ServerResolutionError.None)
        {
            TurnException fault = TurnFaults.FromConnecting(StunFaults.NotResolved(uri, resolution.Error));
            quest.Note(new StunAttempt(null, null, fault.Sentence));
            throw fault;
        }

        return [.. resolution.Targets.SelectMany(t => AddressOrder.Interleave(t.Addresses).Select(a => new StunPlace(t.Transport, new TransportAddress(a.Unmap(), t.Port), t.Identity)))];
    }

    // TCP allocations go over streams only (RFC 6062 §4.1, RFC 7350 §4.6).
    private bool IsPossible(StunUriTransport transport, TurnAllocationOptions options) =>
        (transport != StunUriTransport.Dtls || client.Dtls is not null)
        && (options.RelayProtocol != TurnRelayProtocol.Tcp || transport is StunUriTransport.Tcp or StunUriTransport.Tls);

    private static TurnException MostTelling(AggregateException all) => all.InnerExceptions.Select(TurnFaults.FromConnecting).MaxBy(TurnFaults.Telling)!;
}
