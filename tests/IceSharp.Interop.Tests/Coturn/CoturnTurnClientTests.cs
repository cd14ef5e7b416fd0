using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using IceSharp.Interop.Tests.Namespaces;
using IceSharp.Interop.Tests.Peers;
using IceSharp.Protocol;
using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Turn;
using IceSharp.TestCertificates;
using IceSharp.TestMarks;
using IceSharp.TestServers;

namespace IceSharp.Interop.Tests.Coturn;

/// <summary>The TURN client against coturn: over UDP, TCP and TLS, IPv4 and IPv6, with every feature that coturn has.</summary>
public sealed class CoturnTurnClientTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(40);

    private readonly TestAuthority _authority = new();

    [PeerTheory("coturn")]
    [InlineData(StunUriTransport.Udp, "127.0.0.1")]
    [InlineData(StunUriTransport.Udp, "::1")]
    [InlineData(StunUriTransport.Tcp, "127.0.0.1")]
    [InlineData(StunUriTransport.Tcp, "::1")]
    [InlineData(StunUriTransport.Tls, "127.0.0.1")]
    [InlineData(StunUriTransport.Tls, "::1")]
    [Rfc("TURN-8656-5-c")]
    [Rfc("TURN-8656-4.1-a")]
    public async Task Data_goes_to_peers_of_both_families_and_back(StunUriTransport transport, string address)
    {
        await using CoturnServer coturn = await StartAsync();
        await using EchoPeer v4 = new(), v6 = new(IPAddress.IPv6Loopback);
        await using TurnClient client = Client();
        using CancellationTokenSource deadline = new(Deadline);

        foreach (EchoPeer peer in new[] { v4, v6 })
        {
            IpFamily family = peer == v4 ? IpFamily.IPv4 : IpFamily.IPv6;
            await using TurnAllocation relay = await client.AllocateAsync(Server(coturn, transport, address), new TurnAllocationOptions { RelayedFamily = family }, deadline.Token);
            for (int i = 0; i < 10; i++)
            {
                await EchoAsync(relay, peer, deadline.Token);
            }

            relay.Transport.Should().Be(transport);
            peer.LastSource.Should().Be(relay.RelayedAddress);
        }
    }

    [PeerFact("coturn")]
    public async Task A_coturn_that_ignores_the_wish_for_both_families_gives_one()
    {
        await using CoturnServer coturn = await StartAsync();
        await using EchoPeer v4 = new(), v6 = new(IPAddress.IPv6Loopback);
        await using TurnClient client = Client();
        using CancellationTokenSource deadline = new(Deadline);

        // Debian's 4.6.1 does; one that knows RFC 8656 gives two, and then both work.
        await using TurnAllocation relay = await client.AllocateAsync(Server(coturn, StunUriTransport.Udp), new TurnAllocationOptions { BothFamilies = true }, deadline.Token);
        await EchoAsync(relay, v4, deadline.Token);
        if (relay.RelayedAddresses.Count == 2)
        {
            await EchoAsync(relay, v6, deadline.Token);
        }

        v4.LastSource.Should().Be(relay.RelayedAddresses[0]);
    }

    [PeerTheory("coturn")]
    [InlineData(StunUriTransport.Udp, "127.0.0.1")]
    [InlineData(StunUriTransport.Udp, "::1")]
    [InlineData(StunUriTransport.Tcp, "127.0.0.1")]
    [InlineData(StunUriTransport.Tcp, "::1")]
    [InlineData(StunUriTransport.Tls, "127.0.0.1")]
    [InlineData(StunUriTransport.Tls, "::1")]
    [Rfc("TURN-8656-7.3-g")]
    public async Task An_even_port_and_the_next_one_make_a_pair(StunUriTransport transport, string address)
    {
        await using CoturnServer coturn = await StartAsync();
        await using TurnClient client = Client();
        using CancellationTokenSource deadline = new(Deadline);

        await using TurnAllocation rtp = await client.AllocateAsync(Server(coturn, transport, address), new TurnAllocationOptions { Ports = TurnPortDemand.EvenAndNext }, deadline.Token);
        rtp.ReservationToken.Should().NotBeNull();
        await using TurnAllocation rtcp = await client.AllocateAsync(Server(coturn, transport, address), new TurnAllocationOptions { ReservationToken = rtp.ReservationToken }, deadline.Token);

        (rtp.RelayedAddress.Port % 2).Should().Be(0);
        rtcp.RelayedAddress.Port.Should().Be(rtp.RelayedAddress.Port + 1);
    }

    [PeerTheory("coturn")]
    [InlineData(StunUriTransport.Tcp, "127.0.0.1")]
    [InlineData(StunUriTransport.Tcp, "::1")]
    [InlineData(StunUriTransport.Tls, "127.0.0.1")]
    [InlineData(StunUriTransport.Tls, "::1")]
    [Rfc("TCP-6062-4.3-a")]
    [Rfc("TCP-6062-4.3-b")]
    [Rfc("TCP-6062-4.5-a")]
    public async Task A_stream_to_a_peer_of_the_servers_family_carries_bytes_in_order(StunUriTransport transport, string address)
    {
        await using CoturnServer coturn = await StartAsync(relaysTcp: true);
        using TcpListener peer = new(IPAddress.Parse(address), 0);
        peer.Start();
        await using TurnClient client = Client();
        using CancellationTokenSource deadline = new(Deadline);
        await using TurnAllocation relay = await client.AllocateAsync(Server(coturn, transport, address), new TurnAllocationOptions { RelayProtocol = TurnRelayProtocol.Tcp, RelayedFamily = IpAddress.Parse(address).Family }, deadline.Token);

        Task<TcpClient> accepting = peer.AcceptTcpClientAsync(deadline.Token).AsTask();
        await using TurnPeerStream stream = await relay.ConnectAsync((IPEndPoint)peer.LocalEndpoint, deadline.Token);
        using TcpClient other = await accepting;
        byte[] much = new byte[200_000];
        Random.Shared.NextBytes(much);

        await ExchangeAsync(stream, other.GetStream(), much, deadline.Token);
        await ExchangeAsync(other.GetStream(), stream, much, deadline.Token);

        other.Client.RemoteEndPoint.Should().Be(relay.RelayedAddress);
        await stream.DisposeAsync();
        (await EndsAsync(other.GetStream(), deadline.Token)).Should().BeTrue("closing the stream closes the peer's connection");
    }

    [PeerTheory("coturn")]
    [InlineData(StunUriTransport.Tcp)]
    [InlineData(StunUriTransport.Tls)]
    [Rfc("TCP-6062-4.4-a")]
    public async Task A_peer_connects_to_the_relayed_address(StunUriTransport transport)
    {
        await using CoturnServer coturn = await StartAsync(relaysTcp: true);
        await using TurnClient client = Client();
        using CancellationTokenSource deadline = new(Deadline);
        await using TurnAllocation relay = await client.AllocateAsync(Server(coturn, transport), new TurnAllocationOptions { RelayProtocol = TurnRelayProtocol.Tcp }, deadline.Token);
        await relay.PermitAsync(new IPEndPoint(IPAddress.Loopback, 9), deadline.Token);
        using TcpClient peer = new();

        Task<TurnPeerStream> accepting = relay.AcceptAsync(deadline.Token);
        await peer.ConnectAsync(relay.RelayedAddress, deadline.Token);

        // Before the stream is bound: the server holds it back, and it comes first.
        await peer.GetStream().WriteAsync("early"u8.ToArray(), deadline.Token);
        await using TurnPeerStream stream = await accepting;
        byte[] buffer = new byte[5];
        await stream.ReadExactlyAsync(buffer, deadline.Token);
        await ExchangeAsync(stream, peer.GetStream(), "and back"u8.ToArray(), deadline.Token);

        buffer.Should().Equal("early"u8.ToArray());
        stream.Peer.Port.Should().Be(((IPEndPoint)peer.Client.LocalEndPoint!).Port);
    }

    [PeerTheory("coturn")]
    [InlineData(StunUriTransport.Udp)]
    [InlineData(StunUriTransport.Tcp)]
    [InlineData(StunUriTransport.Tls)]
    public async Task Coturn_restarted_under_an_allocation_gives_another_address_and_traffic_goes_on(StunUriTransport transport)
    {
        CoturnServer coturn = await StartAsync();
        await using EchoPeer peer = new();
        await using TurnClient client = Client();
        using CancellationTokenSource deadline = new(Deadline);
        await using TurnAllocation relay = await client.AllocateAsync(Server(coturn, transport), null, deadline.Token);
        TaskCompletionSource<TurnReallocation> told = new(TaskCreationOptions.RunContinuationsAsynchronously);
        relay.Reallocated += (_, change) => told.TrySetResult(change);
        await EchoAsync(relay, peer, deadline.Token);
        IPEndPoint former = relay.RelayedAddress;
        CoturnOptions options = coturn.Options with { Port = coturn.Port, TlsPort = coturn.TlsPort };

        await coturn.DisposeAsync();
        relay.TrySendTo("lost"u8, peer.EndPoint);
        relay.TrySendTo("lost"u8, peer.EndPoint);
        await using CoturnServer again = await CoturnServer.StartAsync(options);
        TurnReallocation change = await told.Task.WaitAsync(deadline.Token);
        await EchoAsync(relay, peer, deadline.Token);

        change.Former.Should().Equal(former);
        change.Current.Should().Equal(relay.RelayedAddress);
        peer.LastSource.Should().Be(relay.RelayedAddress);
    }

    [PeerFact("coturn", "namespaces")]
    [Rfc("MOB-8016-3.1.3-a")]
    [Rfc("MOB-8016-3.2.2-e")]
    public async Task An_allocation_moves_with_the_clients_address_twice()
    {
        await using NetworkLab lab = await NetworkLab.CreateAsync();
        NetworkNamespace server = await lab.AddPublicHostAsync("turn", "203.0.113.1");
        NetworkNamespace home = await lab.AddPublicHostAsync("client", "203.0.113.2");
        NetworkNamespace far = await lab.AddPublicHostAsync("peer", "203.0.113.9");
        await using CoturnServer coturn = await CoturnServer.StartAsync(new CoturnOptions { Address = "203.0.113.1", ExtraArguments = ["--mobility"] }, server);
        using Socket peer = await far.BindUdpAsync("203.0.113.9");
        NamespaceNetwork network = new(home) { Address = "203.0.113.2" };
        await using TurnClient client = new(new TurnClientOptions { Network = network });
        using CancellationTokenSource deadline = new(Deadline);
        await using TurnAllocation relay = await client.AllocateAsync(
            IceServer.Turn(coturn.TurnUri, coturn.Options.User, coturn.Options.Password), new TurnAllocationOptions { UsesMobility = true }, deadline.Token);
        IPEndPoint relayed = relay.RelayedAddress;
        await EchoAsync(relay, peer, deadline.Token);

        foreach (string address in new[] { "203.0.113.3", "203.0.113.4" })
        {
            await home.IpAsync("address", "delete", $"{network.Address}/24", "dev", "eth0");
            await home.IpAsync("address", "add", $"{address}/24", "dev", "eth0");
            network.Address = address;
            await relay.MoveAsync(deadline.Token);
            await EchoAsync(relay, peer, deadline.Token);
            relay.LocalAddress.Address.Should().Be(IPAddress.Parse(address));
        }

        relay.RelayedAddress.Should().Be(relayed);
    }

    [PeerFact("coturn")]
    public async Task A_server_without_mobility_says_so_and_the_allocation_stays()
    {
        await using CoturnServer coturn = await StartAsync();
        await using EchoPeer peer = new();
        await using TurnClient client = Client();
        using CancellationTokenSource deadline = new(Deadline);
        await using TurnAllocation relay = await client.AllocateAsync(Server(coturn, StunUriTransport.Udp), new TurnAllocationOptions { UsesMobility = true }, deadline.Token);

        Func<Task> move = () => relay.MoveAsync(deadline.Token);

        await move.Should().ThrowAsync<TurnException>();
        await EchoAsync(relay, peer, deadline.Token);
    }

    [PeerTheory("coturn")]
    [InlineData(StunUriTransport.Udp)]
    [InlineData(StunUriTransport.Tcp)]
    [InlineData(StunUriTransport.Tls)]
    public async Task What_coturn_refuses_is_a_typed_failure_each(StunUriTransport transport)
    {
        await using CoturnServer coturn = await StartAsync(extra: ["--user-quota=1", "--denied-peer-ip=127.0.0.9"]);
        await using TurnClient client = Client(), another = Client();
        using CancellationTokenSource deadline = new(Deadline);

        Func<Task> wrong = () => another.AllocateAsync(Server(coturn, transport, password: "wrong"), null, deadline.Token);
        (await wrong.Should().ThrowAsync<TurnException>()).Which.Failure.Should().Be(TurnFailure.Unauthorized);

        await using TurnAllocation relay = await client.AllocateAsync(Server(coturn, transport), null, deadline.Token);
        Func<Task> second = () => another.AllocateAsync(Server(coturn, transport), null, deadline.Token);
        (await second.Should().ThrowAsync<TurnException>()).Which.Failure.Should().Be(TurnFailure.QuotaReached);

        Func<Task> forbidden = () => relay.SendToAsync(new byte[1], new IPEndPoint(IPAddress.Parse("127.0.0.9"), 9), deadline.Token).AsTask();
        (await forbidden.Should().ThrowAsync<TurnException>()).Which.Failure.Should().Be(TurnFailure.Forbidden);
    }

    [PeerFact("coturn")]
    [Rfc("STUN-8489-6.2.3-a")]
    public async Task Coturn_with_another_name_is_refused()
    {
        await using CoturnServer coturn = await StartAsync(certificate: _authority.Issue("another.example"));
        await using TurnClient client = Client();
        using CancellationTokenSource deadline = new(Deadline);

        Func<Task> allocate = () => client.AllocateAsync(Server(coturn, StunUriTransport.Tls), null, deadline.Token);

        (await allocate.Should().ThrowAsync<TurnException>()).Which.TlsFailure.Should().Be(IceTlsFailure.NameMismatch);
    }

    [PeerTheory("coturn")]
    [InlineData(StunUriTransport.Tcp)]
    [InlineData(StunUriTransport.Tls)]
    public async Task A_proxy_leads_to_coturn(StunUriTransport transport)
    {
        await using CoturnServer coturn = await StartAsync();
        await using HttpProxyServer proxy = new(HttpProxyServer.AcceptAll);
        await using EchoPeer peer = new();
        await using TurnClient client = new(Options() with { Proxy = new IceHttpProxy("127.0.0.1", proxy.Port) });
        using CancellationTokenSource deadline = new(Deadline);

        await using TurnAllocation relay = await client.AllocateAsync(Server(coturn, transport), null, deadline.Token);
        await EchoAsync(relay, peer, deadline.Token);

        proxy.Requests.Should().ContainSingle();
    }

    [PeerFact("coturn")]
    public async Task Coturn_offers_no_password_algorithm_so_its_keys_are_MD5_and_SHA_1()
    {
        await using CoturnServer coturn = await StartAsync();
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using CancellationTokenSource deadline = new(Deadline);
        byte[] buffer = new byte[1500];

        // Versions up to 4.6 have nothing of RFC 8489 §9.2; SHA-256 is shown with the test server.
        await socket.SendToAsync(buffer.AsMemory(0, WriteAllocate(buffer)), new IPEndPoint(IPAddress.Loopback, coturn.Port), deadline.Token);
        int length = await socket.ReceiveAsync(buffer, deadline.Token);

        StunReader.TryParse(buffer.AsSpan(0, length), out StunReader challenge).Should().Be(StunParseStatus.Ok);
        challenge.Has(StunAttributeType.Nonce).Should().BeTrue();
        challenge.Has(StunAttributeType.PasswordAlgorithms).Should().BeFalse();

        static int WriteAllocate(byte[] buffer)
        {
            var request = new StunWriter(buffer, StunMethod.Allocate, StunClass.Request, StunTransactionId.Read("twelve bytes"u8));
            request.AddByte(StunAttributeType.RequestedTransport, 17);
            return request.Length;
        }
    }

    [PeerFact("coturn")]
    public async Task A_time_limited_credential_of_a_shared_secret_is_accepted()
    {
        await using CoturnServer coturn = await StartAsync(extra: ["--use-auth-secret", "--static-auth-secret=north"]);
        IceServer limited = IceServer.TurnTimeLimited(coturn.TurnUri, "north", DateTimeOffset.UtcNow.AddMinutes(5), "alice");
        IceServer expired = IceServer.TurnTimeLimited(coturn.TurnUri, "north", DateTimeOffset.UtcNow.AddMinutes(-5), "alice");
        await using TurnClient client = Client();
        using CancellationTokenSource deadline = new(Deadline);

        await using TurnAllocation relay = await client.AllocateAsync(limited, null, deadline.Token);
        Func<Task> late = () => client.AllocateAsync(expired, null, deadline.Token);

        relay.RelayedAddress.Address.Should().Be(IPAddress.Loopback);
        (await late.Should().ThrowAsync<TurnException>()).Which.Failure.Should().Be(TurnFailure.Unauthorized);
    }

    public void Dispose() => _authority.Dispose();

    private Task<CoturnServer> StartAsync(bool relaysTcp = false, X509Certificate2? certificate = null, string[]? extra = null) => CoturnServer.StartAsync(new CoturnOptions
    {
        AddressV6 = "::1",
        OffersTcp = true,
        RelaysTcp = relaysTcp,
        Certificate = certificate ?? _authority.Issue("localhost"),
        ExtraArguments = extra ?? [],
    });

    private TurnClientOptions Options() => new() { Tls = new IceTlsOptions { TrustedRoots = [_authority.Root], VerificationName = "localhost" } };

    private TurnClient Client() => new(Options());

    private static IceServer Server(CoturnServer coturn, StunUriTransport transport, string address = "127.0.0.1", string? password = null)
    {
        string host = address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address;
        string uri = transport switch
        {
            StunUriTransport.Tls => $"turns:{host}:{coturn.TlsPort}?transport=tcp",
            StunUriTransport.Tcp => $"turn:{host}:{coturn.Port}?transport=tcp",
            _ => $"turn:{host}:{coturn.Port}?transport=udp",
        };
        return IceServer.Turn(uri, coturn.Options.User, password ?? coturn.Options.Password);
    }

    private static async Task EchoAsync(TurnAllocation relay, EchoPeer peer, CancellationToken cancellationToken)
    {
        byte[] sent = Guid.NewGuid().ToByteArray(), buffer = new byte[100];
        await relay.SendToAsync(sent, peer.EndPoint, cancellationToken);
        TurnReceiveResult received = await relay.ReceiveFromAsync(buffer, cancellationToken);
        buffer[..received.Length].Should().Equal(sent);
        received.PeerEndPoint.Should().Be(peer.EndPoint);
    }

    private static async Task EchoAsync(TurnAllocation relay, Socket peer, CancellationToken cancellationToken)
    {
        byte[] sent = Guid.NewGuid().ToByteArray(), buffer = new byte[100];
        await relay.SendToAsync(sent, (IPEndPoint)peer.LocalEndPoint!, cancellationToken);
        SocketReceiveFromResult arrived = await peer.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), cancellationToken);
        await peer.SendToAsync(buffer.AsMemory(0, arrived.ReceivedBytes), SocketFlags.None, arrived.RemoteEndPoint, cancellationToken);
        TurnReceiveResult received = await relay.ReceiveFromAsync(buffer, cancellationToken);
        buffer[..received.Length].Should().Equal(sent);
    }

    // In order or by a reset, as the server likes.
    private static async Task<bool> EndsAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        try
        {
            return await stream.ReadAsync(new byte[1], cancellationToken) == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static async Task ExchangeAsync(Stream from, Stream to, byte[] bytes, CancellationToken cancellationToken)
    {
        byte[] arrived = new byte[bytes.Length];
        Task writing = from.WriteAsync(bytes, cancellationToken).AsTask();
        await to.ReadExactlyAsync(arrived, cancellationToken);
        await writing;
        arrived.Should().Equal(bytes);
    }
}
