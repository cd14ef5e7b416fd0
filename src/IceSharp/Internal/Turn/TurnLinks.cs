using IceSharp.Internal.Network;
using IceSharp.Internal.Network.Streams;
using IceSharp.Internal.Stun;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.Protocol.Stun;

namespace IceSharp.Internal.Turn;

/// <summary>Opens sockets and connections to TURN servers.</summary>
internal sealed class TurnLinks(TurnClientOptions options, IIceNetwork network)
{
    /// <summary>Opens one, within the time for connecting.</summary>
    /// <exception cref="TurnException">There is no connection; the sentence says why.</exception>
    public async Task<IIceUdpSocket> OpenAsync(StunPlace place, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(options.ConnectTimeout, options.TimeProvider);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            return place.Transport switch
            {
                StunUriTransport.Udp => await OpenUdpAsync(place, both.Token).ConfigureAwait(false),
                StunUriTransport.Dtls => await OpenDtlsAsync(place, both.Token).ConfigureAwait(false),
                _ => new FramedStream(await ConnectAsync(place, both.Token).ConfigureAwait(false), place.Address, options.MessageTimeout),
            };
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TurnException(IceError.ServerUnreachable, $"No connection within {options.ConnectTimeout.TotalSeconds} s.");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw TurnFaults.FromConnecting(e);
        }
    }

    private async ValueTask<IIceUdpSocket> OpenUdpAsync(StunPlace place, CancellationToken cancellationToken)
    {
        if (network is SystemNetwork system)
        {
            return system.Connect(place.Address);
        }

        IpAddress any = place.Address.Family == IpFamily.IPv6 ? IpAddress.FromIPv6(0) : IpAddress.FromIPv4(0);
        return await network.BindUdpAsync(new LocalInterfaceAddress(string.Empty, any), 0, cancellationToken).ConfigureAwait(false);
    }

    private async Task<IIceUdpSocket> OpenDtlsAsync(StunPlace place, CancellationToken cancellationToken)
    {
        IDtlsTransportFactory factory = options.Dtls ?? throw new TurnException(IceError.TransportNotSupported, "DTLS needs an IDtlsTransportFactory in the options.");
        return new DtlsSocket(await factory.ConnectAsync(place.EndPoint, place.Identity!, options.Tls, cancellationToken).ConfigureAwait(false), place.Address);
    }

    private ValueTask<IceStreamConnection> ConnectAsync(StunPlace place, CancellationToken cancellationToken) => network.ConnectAsync(
        new IceStreamTarget(place.Address)
        {
            ServerName = place.Transport == StunUriTransport.Tls ? place.Identity : null,
            Tls = options.Tls,
            Proxy = options.Proxy,
        },
        cancellationToken);
}
