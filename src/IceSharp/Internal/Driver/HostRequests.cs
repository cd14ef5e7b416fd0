using System.Net.Sockets;
using IceSharp.Internal.Network.Dns;
using IceSharp.Internal.Network.Streams;
using IceSharp.Protocol;
using IceSharp.Protocol.Agent;
using IceSharp.Protocol.Discovery;

namespace IceSharp.Internal.Driver;

/// <summary>Does the I/O that a machine asks for as data, and brings the answers. Begins on the loop; answers come from any thread.</summary>
internal sealed class HostRequests(
    IIceNetwork network, INameResolver resolver, StreamSecurity security, Func<LocalInterfaceAddress, int>? cost, IRandomSource random, Action<IceHostAnswer, IIceUdpSocket?> answer, CancellationToken closing)
{
    // How long a message of a server may take from its first byte to its last.
    private static readonly TimeSpan FrameTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Begins to serve a request. What the network answers at once is answered before this returns.</summary>
    public void Begin(IceHostRequest request)
    {
        switch (request)
        {
            case ListInterfacesRequest list:
                _ = ListAsync(list);
                break;
            case BindUdpRequest bind:
                _ = BindAsync(bind, FirstPort(bind.Ports));
                break;
            case ResolveServerRequest resolve:
                _ = ResolveAsync(resolve);
                break;
            case ConnectRequest connect:
                _ = ConnectAsync(connect);
                break;
            case FindRouteRequest find:
                _ = FindRouteAsync(find);
                break;
            default:
                throw new InvalidOperationException($"The host does not know {request.GetType().Name}.");
        }
    }

    private async Task ListAsync(ListInterfacesRequest request)
    {
        IReadOnlyList<LocalInterfaceAddress> addresses = [];
        string? fault = null;
        try
        {
            addresses = await network.ListInterfacesAsync(closing).ConfigureAwait(false);
            addresses = cost is null ? addresses : [.. addresses.Select(a => a with { Cost = cost(a) })];
        }
        catch (Exception e)
        {
            // Gathering ends with what there is; the answer has no place for the reason, so it goes to the log.
            fault = e.Message;
        }

        ListingFault = fault;
        answer(new InterfacesListed(request.Id, addresses), null);
    }

    /// <summary>Why the last listing of interfaces failed; null when it did not.</summary>
    public string? ListingFault { get; private set; }

    private async Task BindAsync(BindUdpRequest request, int firstPort)
    {
        int tries = Math.Max(1, request.Ports.Count);
        for (int i = 0; i < tries; i++)
        {
            int port = request.Ports.IsAny ? 0 : request.Ports.First + ((firstPort - request.Ports.First + i) % request.Ports.Count);
            try
            {
                IIceUdpSocket socket = await network.BindUdpAsync(request.LocalAddress, port, closing).ConfigureAwait(false);
                answer(new SocketBound(request.Id, socket.LocalAddress), socket);
                return;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse && !request.Ports.IsAny)
            {
            }
            catch (Exception e)
            {
                answer(new BindFailed(request.Id, HostErrors.From(e), e.Message), null);
                return;
            }
        }

        string detail = $"Every port from {request.Ports.First} to {request.Ports.Last} is taken on {request.LocalAddress.Address}.";
        answer(new BindFailed(request.Id, HostError.PortRangeExhausted, detail), null);
    }

    private async Task ResolveAsync(ResolveServerRequest request)
    {
        try
        {
            // Drawn here, on the loop: lookups come back on other threads.
            var settings = new ServerResolutionSettings { Uri = request.Uri, SupportedTransports = request.Transports, VerificationName = security.Tls.VerificationName };
            ServerResolution found = await ServerResolver.ResolveAsync(resolver, settings, new DrawnRandomSource(random), closing).ConfigureAwait(false);
            answer(
                found.Error == ServerResolutionError.None
                    ? new ServerResolved(request.Id, found.Targets)
                    : new ResolveFailed(request.Id, HostErrors.From(found.Error), $"'{request.Uri}' leads to no server: {found.Error}."),
                null);
        }
        catch (Exception e)
        {
            answer(new ResolveFailed(request.Id, HostErrors.From(e), e.Message), null);
        }
    }

    private async Task ConnectAsync(ConnectRequest request)
    {
        try
        {
            var target = new IceStreamTarget(request.Server)
            {
                LocalAddress = request.LocalAddress,
                ServerName = request.ServerName,
                Tls = security.Tls,
                Proxy = security.Proxy,
            };
            IceStreamConnection connection = await network.ConnectAsync(target, closing).ConfigureAwait(false);
            answer(new StreamConnected(request.Id, connection.LocalAddress), new FramedStream(connection, request.Server, FrameTimeout));
        }
        catch (Exception e)
        {
            string detail = e is StunException stun ? stun.Sentence : $"No connection: {(e is SocketException socket ? socket.SocketErrorCode.ToString() : e.Message)}.";
            answer(new ConnectFailed(request.Id, HostErrors.From(e), detail), null);
        }
    }

    private async Task FindRouteAsync(FindRouteRequest request)
    {
        LocalInterfaceAddress? local = null;
        string detail = $"no route to {request.Destination}";
        try
        {
            local = await network.FindRouteAsync(request.Destination, closing).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            detail = $"{detail}: {e.Message}";
        }

        answer(new RouteFound(request.Id, local, detail), null);
    }

    // RFC 6056: ports should not be easy to guess, so a range is searched from a random place on.
    private int FirstPort(PortRange ports)
    {
        if (ports.IsAny)
        {
            return 0;
        }

        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        random.Fill(bytes);
        return ports.First + (int)(BitConverter.ToUInt32(bytes) % (uint)ports.Count);
    }
}
