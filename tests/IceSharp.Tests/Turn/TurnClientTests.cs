using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Turn;
using IceSharp.Testing;
using IceSharp.TestMarks;
using IceSharp.TestServers;

namespace IceSharp.Tests.Turn;

/// <summary>How a client finds a server that relays, and what it says when there is none.</summary>
public sealed class TurnClientTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    [Fact]
    [Rfc("TURN-8656-7.4-401")]
    public async Task A_wrong_password_is_told_in_one_sentence()
    {
        await using LoopbackStunTurnServer server = await TurnBench.StartAsync();
        await using TurnClient client = TurnBench.Client(server);

        Func<Task> allocate = () => client.AllocateAsync(TurnBench.Server(server, StunUriTransport.Udp, "hunter2"));

        TurnException refused = (await allocate.Should().ThrowAsync<TurnException>()).Which;
        (refused.Error, refused.Failure).Should().Be((IceError.AuthenticationFailed, TurnFailure.Unauthorized));
        refused.Report.Attempts.Should().ContainSingle().Which.Outcome.Should().Contain("refuses user or password");
        refused.ToString().Should().NotContain("hunter2");
    }

    [Fact]
    [Rfc("TURN-8656-7.4-401")]
    public async Task A_server_that_refused_the_password_is_not_asked_over_its_other_transports()
    {
        await using LoopbackStunTurnServer server = await TurnBench.StartAsync();
        await using TurnClient client = TurnBench.Client(server);

        Func<Task> allocate = () => client.AllocateAsync(IceServer.Turn($"turn:{server.Endpoint}", TurnBench.User, "wrong"));

        (await allocate.Should().ThrowAsync<TurnException>()).Which.Report.Attempts.Should().OnlyContain(a => a.Transport == StunUriTransport.Udp);
    }

    [Fact]
    public async Task A_server_that_is_dead_costs_the_delay_of_an_attempt_and_no_more()
    {
        using Socket silent = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await using LoopbackStunTurnServer server = await TurnBench.StartAsync();
        await using TurnClient client = TurnBench.Client(server);
        using CancellationTokenSource patience = new(Patience);

        long start = Stopwatch.GetTimestamp();
        await using TurnAllocation relay = await client.AllocateAsync(
            [IceServer.Turn($"turn:{silent.LocalEndPoint}?transport=udp", "alice", "x"), TurnBench.Server(server, StunUriTransport.Udp)], null, patience.Token);

        relay.Server.Should().Be(server.Endpoint);
        Stopwatch.GetElapsedTime(start).Should().BeLessThan(TimeSpan.FromSeconds(8), "the first one would have taken 15 s to be given up");
        relay.Report.Attempts.Should().Contain(a => a.Outcome.Contains("relays from", StringComparison.Ordinal));
    }

    [Fact]
    [Rfc("TURN-8656-7.4-timeout")]
    public async Task Where_UDP_is_silent_TCP_is_taken()
    {
        await using LoopbackStunTurnServer server = await TurnBench.StartAsync();
        IPEndPoint place = server.TlsEndpoint!;
        using Socket udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        udp.Bind(place);
        await using TurnClient client = TurnBench.Client(server);
        using CancellationTokenSource patience = new(Patience);

        // A TLS port whose UDP namesake swallows everything.
        await using TurnAllocation relay = await client.AllocateAsync(
            [IceServer.Turn($"turn:{place}?transport=udp", TurnBench.User, TurnBench.Password), IceServer.Turn($"turns:{place}", TurnBench.User, TurnBench.Password)], null, patience.Token);

        relay.Transport.Should().Be(StunUriTransport.Tls);
        udp.Available.Should().BeGreaterThan(0, "UDP was asked first");
    }

    [Fact]
    [Rfc("TURN-8656-7.4-486")]
    public async Task A_quota_is_told_and_the_server_left_alone_for_a_minute()
    {
        await using LoopbackStunTurnServer server = await TurnBench.StartAsync(configure: o => o with { MaxAllocationsPerUser = 1 });
        await using TurnClient client = TurnBench.Client(server);
        using CancellationTokenSource patience = new(Patience);
        TurnAllocation first = await client.AllocateAsync(TurnBench.Server(server, StunUriTransport.Udp), null, patience.Token);

        Func<Task> second = () => client.AllocateAsync(TurnBench.Server(server, StunUriTransport.Udp), null, patience.Token);
        (await second.Should().ThrowAsync<TurnException>()).Which.Failure.Should().Be(TurnFailure.QuotaReached);
        await first.DisposeAsync();
        (await second.Should().ThrowAsync<TurnException>("the minute is not over")).Which.Failure.Should().Be(TurnFailure.QuotaReached);
    }

    [Fact]
    [Rfc("STUN-8489-6.2.3-a")]
    public async Task A_certificate_for_another_name_is_refused()
    {
        await using LoopbackStunTurnServer server = await TurnBench.StartAsync();
        TurnClientOptions options = TurnBench.Options(server);
        await using TurnClient client = new(options with { Tls = options.Tls with { VerificationName = "another.example" } });

        Func<Task> allocate = () => client.AllocateAsync(TurnBench.Server(server, StunUriTransport.Tls));

        (await allocate.Should().ThrowAsync<TurnException>()).Which.TlsFailure.Should().Be(IceTlsFailure.NameMismatch);
    }

    [Theory]
    [InlineData(StunUriTransport.Tcp)]
    [InlineData(StunUriTransport.Tls)]
    public async Task A_proxy_is_asked_for_the_server_with_Basic_credentials(StunUriTransport transport)
    {
        await using LoopbackStunTurnServer server = await TurnBench.StartAsync();
        await using HttpProxyServer proxy = new(HttpProxyServer.AcceptAll);
        await using EchoPeer peer = new();
        await using TurnClient client = new(TurnBench.Options(server) with { Proxy = new IceHttpProxy("127.0.0.1", proxy.Port) { Username = "bob", Password = "pass:word" } });
        using CancellationTokenSource patience = new(Patience);

        await using TurnAllocation relay = await client.AllocateAsync(TurnBench.Server(server, transport), null, patience.Token);
        await relay.SendToAsync("hello"u8.ToArray(), peer.EndPoint, patience.Token);
        TurnReceiveResult received = await relay.ReceiveFromAsync(new byte[100], patience.Token);

        received.Length.Should().Be(5);
        IPEndPoint target = transport == StunUriTransport.Tls ? server.TlsEndpoint! : server.TcpEndpoint!;
        proxy.Requests.Should().ContainSingle().Which.Should().StartWith($"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n")
            .And.Contain($"Proxy-Authorization: Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes("bob:pass:word"))}\r\n");
    }

    [Theory]
    [InlineData("HTTP/1.1 407 Proxy Authentication Required", 407, "demands credentials")]
    [InlineData("HTTP/1.1 403 Forbidden", 403, "HTTP status 403")]
    [InlineData("SSH-2.0-OpenSSH", 0, "does not answer in HTTP")]
    [InlineData(null, 0, "broke the connection off")]
    public async Task A_proxy_that_refuses_is_a_failure_of_its_own(string? status, int code, string sentence)
    {
        await using LoopbackStunTurnServer server = await TurnBench.StartAsync();
        await using HttpProxyServer proxy = new(_ => status);
        await using TurnClient client = new(TurnBench.Options(server) with { Proxy = new IceHttpProxy("127.0.0.1", proxy.Port) });

        Func<Task> allocate = () => client.AllocateAsync(TurnBench.Server(server, StunUriTransport.Tcp));

        TurnException refused = (await allocate.Should().ThrowAsync<TurnException>()).Which;
        (refused.Error, refused.ErrorCode).Should().Be((IceError.ProxyRefused, code));
        refused.Message.Should().Contain(sentence);
    }

    [Fact]
    public async Task Nobody_listening_is_told_at_once()
    {
        await using TurnClient client = new();
        using Socket closed = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var nowhere = (IPEndPoint)closed.LocalEndPoint!;
        closed.Dispose();
        using CancellationTokenSource patience = new(Patience);

        Func<Task> allocate = () => client.AllocateAsync(IceServer.Turn($"turn:{nowhere}?transport=udp", "alice", "x"), null, patience.Token);

        (await allocate.Should().ThrowAsync<TurnException>()).Which.Error.Should().Be(IceError.ServerUnreachable);
    }

    [Fact]
    public async Task The_application_is_asked_for_another_credential_when_the_old_one_is_refused()
    {
        await using LoopbackStunTurnServer server = await TurnBench.StartAsync();
        int asked = 0;
        await using TurnClient client = new(TurnBench.Options(server) with
        {
            RenewCredential = (_, _) =>
            {
                asked++;
                return new(new Protocol.Stun.Credentials.LongTermCredential(TurnBench.User, TurnBench.Password));
            },
        });
        using CancellationTokenSource patience = new(Patience);

        await using TurnAllocation relay = await client.AllocateAsync(TurnBench.Server(server, StunUriTransport.Udp, "of yesterday"), null, patience.Token);

        asked.Should().Be(1);
    }

    [Fact]
    [Rfc("DTLS-7350-4.6.1-a")]
    public async Task DTLS_comes_from_the_application()
    {
        await using LoopbackStunTurnServer server = await TurnBench.StartAsync();
        await using EchoPeer peer = new();
        await using TurnClient client = new(new TurnClientOptions
        {
            Dtls = new PlainFactory(server.Endpoint),
            NameResolver = Stun.TableResolver.Loopback("turn.example.test"),
        });
        using CancellationTokenSource patience = new(Patience);

        await using TurnAllocation relay = await client.AllocateAsync(IceServer.Turn("turns:turn.example.test?transport=udp", TurnBench.User, TurnBench.Password), null, patience.Token);
        await relay.SendToAsync("hello"u8.ToArray(), peer.EndPoint, patience.Token);
        TurnReceiveResult received = await relay.ReceiveFromAsync(new byte[100], patience.Token);

        relay.Transport.Should().Be(StunUriTransport.Dtls);
        received.Length.Should().Be(5);
    }

    [Fact]
    [Rfc("TURN-8656-7.1-a")]
    [Rfc("TURN-8656-7.1-f")]
    public async Task Each_allocation_has_a_port_of_its_own_and_the_lifetime_that_was_granted()
    {
        await using LoopbackStunTurnServer server = await TurnBench.StartAsync(configure: o => o with { MaximumLifetime = TimeSpan.FromMinutes(20) });
        await using TurnClient client = TurnBench.Client(server);
        using CancellationTokenSource patience = new(Patience);

        TurnAllocationOptions longer = new() { RequestedLifetime = TimeSpan.FromHours(1) };
        await using TurnAllocation one = await client.AllocateAsync(TurnBench.Server(server, StunUriTransport.Udp), longer, patience.Token);
        await using TurnAllocation other = await client.AllocateAsync(TurnBench.Server(server, StunUriTransport.Udp), longer, patience.Token);

        one.LocalAddress.Port.Should().NotBe(other.LocalAddress.Port);
        one.RelayedAddress.Should().NotBe(other.RelayedAddress);
        one.Lifetime.Should().Be(TimeSpan.FromMinutes(20));
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(10, false)]
    [Rfc("TURN-8656-7.4-437")]
    public async Task A_server_that_knows_the_port_already_is_asked_from_three_ports_and_then_left_alone(int refusals, bool succeeds)
    {
        await using LoopbackStunTurnServer server = await TurnBench.StartAsync();
        await server.QueryAsync(m =>
        {
            m.Faults.RefuseNext(StunMethod.Allocate, 437, refusals);
            return true;
        });
        await using TurnClient client = TurnBench.Client(server);
        using CancellationTokenSource patience = new(Patience);

        Func<Task<TurnAllocation>> allocate = () => client.AllocateAsync(TurnBench.Server(server, StunUriTransport.Udp), null, patience.Token);
        if (succeeds)
        {
            await using TurnAllocation relay = await allocate();
            relay.Report.Attempts.Should().HaveCount(refusals + 1);
            return;
        }

        TurnException refused = (await allocate.Should().ThrowAsync<TurnException>()).Which;
        (refused.Failure, refused.Report.Attempts.Count).Should().Be((TurnFailure.AllocationMismatch, 3));
        (await allocate.Should().ThrowAsync<TurnException>("two minutes are not over")).Which.Report.Attempts.Should().ContainSingle();
    }

    [Fact]
    [Rfc("TURN-8656-7.4-300")]
    public async Task A_redirection_comes_before_the_next_server()
    {
        await using LoopbackStunTurnServer target = await TurnBench.StartAsync(), other = await TurnBench.StartAsync();
        await using LoopbackStunTurnServer server = await TurnBench.StartAsync(configure: o => o with { AlternateServers = [Protocol.TransportAddress.Parse(target.Endpoint.ToString())] });
        await using TurnClient client = TurnBench.Client(server);
        using CancellationTokenSource patience = new(Patience);

        await using TurnAllocation relay = await client.AllocateAsync(
            [TurnBench.Server(server, StunUriTransport.Udp), TurnBench.Server(other, StunUriTransport.Udp)], null, patience.Token);

        relay.Server.Should().Be(target.Endpoint);
        relay.Report.Attempts[0].Outcome.Should().Be($"redirected to {target.Endpoint}");
    }

    [Fact]
    [Rfc("TURN-8656-3.9-a")]
    public async Task Of_two_families_the_one_that_answers_is_taken_and_the_other_given_back()
    {
        using Socket silent = new(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);
        await using LoopbackStunTurnServer onlyV4 = await LoopbackStunTurnServer.StartAsync(new LoopbackServerOptions { UseIPv6 = false, Users = new Dictionary<string, string> { [TurnBench.User] = TurnBench.Password } });
        silent.Bind(new IPEndPoint(IPAddress.IPv6Loopback, onlyV4.Endpoint.Port));
        Stun.TableResolver names = new() { Addresses = { ["turn.example.test"] = [Protocol.IpAddress.LoopbackV6, Protocol.IpAddress.LoopbackV4] } };
        await using TurnClient client = new(new TurnClientOptions { NameResolver = names, Transports = [StunUriTransport.Udp] });
        using CancellationTokenSource patience = new(Patience);

        await using TurnAllocation relay = await client.AllocateAsync(
            IceServer.Turn($"turn:turn.example.test:{onlyV4.Endpoint.Port}", TurnBench.User, TurnBench.Password), null, patience.Token);

        relay.Server.Should().Be(onlyV4.Endpoint);
        silent.Available.Should().BeGreaterThan(0, "IPv6 was asked first");
    }

    [Fact]
    [Rfc("DTLS-7350-4.6-a")]
    public async Task TCP_allocations_are_never_asked_for_over_DTLS()
    {
        await using TurnClient client = new(new TurnClientOptions { Dtls = new PlainFactory(new IPEndPoint(IPAddress.Loopback, 9)), NameResolver = Stun.TableResolver.Loopback("turn.example.test") });

        Func<Task> allocate = () => client.AllocateAsync(
            IceServer.Turn("turns:turn.example.test?transport=udp", "alice", "x"), new TurnAllocationOptions { RelayProtocol = TurnRelayProtocol.Tcp });

        (await allocate.Should().ThrowAsync<TurnException>()).Which.Error.Should().Be(IceError.TransportNotSupported);
    }

    /// <summary>DTLS without the D: what would be records are datagrams to the test server.</summary>
    private sealed class PlainFactory(IPEndPoint server) : IDtlsTransportFactory
    {
        public ValueTask<IDtlsTransport> ConnectAsync(IPEndPoint place, string serverName, IceTlsOptions options, CancellationToken cancellationToken)
        {
            Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Connect(server);
            return new(new PlainAssociation(socket));
        }
    }

    private sealed class PlainAssociation(Socket socket) : IDtlsTransport
    {
        public async ValueTask SendAsync(ReadOnlyMemory<byte> datagram, CancellationToken cancellationToken) =>
            await socket.SendAsync(datagram, SocketFlags.None, cancellationToken);

        public ValueTask<int> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken) => socket.ReceiveAsync(buffer, SocketFlags.None, cancellationToken);

        public ValueTask DisposeAsync()
        {
            socket.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
