using System.Net.Sockets;
using IceSharp.Internal.Network.Streams;
using IceSharp.Protocol.Stun;

namespace IceSharp.Internal.Stun;

/// <summary>Opens links.</summary>
internal sealed class StunLinks(StunClientOptions options)
{
    /// <summary>Opens one, within the time for connecting.</summary>
    /// <exception cref="StunException">There is no connection; the sentence says why.</exception>
    public async Task<StunLink> OpenAsync(StunPlace place, CancellationToken cancellationToken)
    {
        if (place.Transport == StunUriTransport.Dtls && options.Dtls is null)
        {
            throw new StunException(IceError.TransportNotSupported, "DTLS needs an IDtlsTransportFactory in the options.");
        }

        using var late = new CancellationTokenSource(options.ConnectTimeout, options.TimeProvider);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            return place.Transport switch
            {
                StunUriTransport.Udp => UdpLink.Open(place.EndPoint),
                StunUriTransport.Dtls => new DtlsLink(await options.Dtls!.ConnectAsync(place.EndPoint, place.Identity!, options.Tls, both.Token).ConfigureAwait(false)),
                _ => await ConnectAsync(place, both.Token).ConfigureAwait(false),
            };
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new StunException(IceError.ServerUnreachable, $"No connection within {options.ConnectTimeout.TotalSeconds} s.");
        }
        catch (SocketException e)
        {
            throw new StunException(IceError.ServerUnreachable, $"No connection: {e.SocketErrorCode}.", innerException: e);
        }
        catch (IOException e) when (e is not IceException)
        {
            throw new StunException(IceError.TlsFailed, $"The handshake failed ({e.Message}).", innerException: e) { TlsFailure = IceTlsFailure.Handshake };
        }
    }

    private async Task<StreamLink> ConnectAsync(StunPlace place, CancellationToken cancellationToken)
    {
        var target = new IceStreamTarget(place.Address)
        {
            ServerName = place.Transport == StunUriTransport.Tls ? place.Identity : null,
            Tls = options.Tls,
            Proxy = options.Proxy,
        };
        return new StreamLink(await StreamDialer.ConnectAsync(target, options.TimeProvider, cancellationToken).ConfigureAwait(false), options.TimeProvider);
    }
}
