using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using IceSharp.Internal.Network.Dns;
using IceSharp.Internal.Stun;
using IceSharp.Protocol;
using IceSharp.Protocol.Dns;
using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Credentials;
using IceSharp.Protocol.Stun.Transactions;
using IceSharp.TestMarks;
using IceSharp.TestServers;

namespace IceSharp.Tests.Stun;

public sealed class StunClientUdpTests
{
    private static readonly StunRetransmissionSettings Hasty = new() { InitialRto = TimeSpan.FromMilliseconds(50), MaxTransmissions = 2, FinalTimeoutFactor = 2 };

    [Fact]
    public async Task A_request_gives_the_address_that_the_server_saw()
    {
        await using var server = new UdpTestServer(StunReplies.Success);
        await using var client = new StunClient();

        StunBinding binding = await client.BindAsync(server.EndPoint);

        binding.MappedAddress.Should().Be(server.Received.Single().Client).And.Be(binding.LocalAddress);
        binding.Server.Should().Be(server.EndPoint);
        binding.Transport.Should().Be(StunUriTransport.Udp);
        binding.RoundTripTime.Should().BePositive();
        binding.Report.Attempts.Should().ContainSingle().Which.Server.Should().Be(server.EndPoint);
    }

    [Fact]
    public async Task Requests_to_one_server_share_a_socket()
    {
        await using var server = new UdpTestServer(StunReplies.Success);
        await using var client = new StunClient();

        StunBinding[] bindings = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => client.BindAsync(server.EndPoint)));

        bindings.Select(b => b.MappedAddress).Distinct().Should().ContainSingle();
    }

    [Fact]
    [Rfc("STUN-8489-6.2.1-k")]
    public async Task A_closed_port_fails_at_once()
    {
        IPEndPoint nobody = NobodysPort();
        await using var client = new StunClient();
        long start = Stopwatch.GetTimestamp();

        StunException failure = await FailureAsync(client.BindAsync(nobody));

        failure.Error.Should().Be(IceError.ServerUnreachable);
        failure.Report.Attempts.Should().ContainSingle().Which.Server.Should().Be(nobody);
        failure.Message.Should().Contain(nobody.ToString());
        Stopwatch.GetElapsedTime(start).Should().BeLessThan(TimeSpan.FromSeconds(20), "and not after 39.5 s");
    }

    [Theory]
    [InlineData(SocketError.ConnectionRefused, true)]
    [InlineData(SocketError.ConnectionReset, true)]
    [InlineData(SocketError.HostUnreachable, false)]
    [InlineData(SocketError.NetworkUnreachable, false)]
    [InlineData(SocketError.MessageSize, false)]
    [Rfc("STUN-8489-6.2.1-l")]
    public void Only_hard_errors_of_the_network_end_a_request(SocketError error, bool isHard) => UdpLink.IsHard(error).Should().Be(isHard);

    [Fact]
    public async Task A_silent_server_fails_with_the_number_of_messages_sent()
    {
        await using var server = new UdpTestServer((_, _) => null);
        await using var client = new StunClient(new StunClientOptions { Retransmission = Hasty });

        StunException failure = await FailureAsync(client.BindAsync(server.EndPoint));

        failure.Error.Should().Be(IceError.ServerSilent);
        await server.WaitForDatagramsAsync(2);
        server.Received.Should().HaveCount(2);
    }

    [Fact]
    public async Task An_error_code_is_an_exception_with_its_details()
    {
        await using var server = new UdpTestServer((request, _) => StunReplies.Error(request, 420, (ref StunWriter w) => w.AddUnknownAttributes([StunAttributeType.Software])));
        await using var client = new StunClient(new StunClientOptions { Software = "x" });

        StunException failure = await FailureAsync(client.BindAsync(server.EndPoint));

        failure.Error.Should().Be(IceError.ServerRejected);
        failure.ErrorCode.Should().Be(420);
        failure.ReasonPhrase.Should().Be("because");
        failure.UnknownAttributes.Should().Equal(StunAttributeType.Software);
    }

    [Fact]
    [Rfc("STUN-8489-6.2.1-m")]
    public async Task An_indication_leaves_from_the_socket_of_the_requests()
    {
        await using var server = new UdpTestServer((m, c) => m[0] == 0 && m[1] == 1 ? StunReplies.Success(m, c) : null);
        await using var client = new StunClient();
        StunBinding binding = await client.BindAsync(server.EndPoint);

        await client.SendIndicationAsync(server.EndPoint);

        await server.WaitForDatagramsAsync(2);
        (byte[] message, EndPoint source) = server.Received.Last();
        message[..2].Should().Equal(0x00, 0x11);
        source.Should().Be(binding.LocalAddress);
    }

    [Fact]
    public async Task A_cancelled_call_ends_and_the_next_one_works()
    {
        bool answers = false;
        await using var server = new UdpTestServer((m, c) => Volatile.Read(ref answers) ? StunReplies.Success(m, c) : null);
        await using var client = new StunClient();
        using var cancellation = new CancellationTokenSource();
        Task<StunBinding> pending = client.BindAsync(server.EndPoint, cancellationToken: cancellation.Token);
        await server.WaitForDatagramsAsync(1);

        await cancellation.CancelAsync();

        await pending.Invoking(p => p).Should().ThrowAsync<OperationCanceledException>();
        Volatile.Write(ref answers, true);
        (await client.BindAsync(server.EndPoint)).MappedAddress.Should().NotBeNull();
    }

    [Fact]
    public async Task Disposal_ends_pending_calls_and_refuses_later_ones()
    {
        await using var server = new UdpTestServer((_, _) => null);
        var client = new StunClient();
        Task<StunBinding> pending = client.BindAsync(server.EndPoint);
        await server.WaitForDatagramsAsync(1);

        await client.DisposeAsync();

        (await FailureAsync(pending)).Error.Should().Be(IceError.ClientClosed);
        (await FailureAsync(client.BindAsync(server.EndPoint))).Error.Should().Be(IceError.ClientClosed);
        await client.DisposeAsync();
    }

    [Fact]
    [Rfc("STUN-8489-6.2.1-o")]
    [Rfc("STUN-8489-8.1-d")]
    public async Task A_silent_server_gives_way_to_the_next_of_the_SRV_order()
    {
        await using var silent = new UdpTestServer((_, _) => null);
        await using var answering = new UdpTestServer(StunReplies.Success);
        TableResolver names = TableResolver.Loopback("a.test", "b.test");
        names.Services["_stun._udp.example.test"] =
            [new SrvRecord(20, 0, (ushort)answering.EndPoint.Port, "b.test"), new SrvRecord(10, 0, (ushort)silent.EndPoint.Port, "a.test")];
        await using var client = new StunClient(new StunClientOptions { NameResolver = names, Retransmission = Hasty });

        StunBinding binding = await client.BindAsync(StunUri.Parse("stun:example.test"));

        binding.Server.Should().Be(answering.EndPoint);
        silent.Received.Should().NotBeEmpty();
        binding.Report.Attempts.Select(a => a.Server).Should().Equal(silent.EndPoint, answering.EndPoint);
    }

    [Fact]
    [Rfc("STUN-8489-8.1-c")]
    public async Task A_broken_family_does_not_hold_up_the_other()
    {
        await using var server = new UdpTestServer(StunReplies.Success);
        var names = new TableResolver();
        names.Addresses["dual.test"] = [IpAddress.Parse("100::1"), IpAddress.LoopbackV4];
        await using var client = new StunClient(new StunClientOptions { NameResolver = names });

        StunBinding binding = await client.BindAsync(StunUri.Parse($"stun:dual.test:{server.EndPoint.Port}"));

        binding.Server.Should().Be(server.EndPoint);
    }

    [Fact]
    public async Task An_unknown_name_is_a_typed_error()
    {
        await using var client = new StunClient(new StunClientOptions { NameResolver = new TableResolver() });

        (await FailureAsync(client.BindAsync(StunUri.Parse("stun:nowhere.test")))).Error.Should().Be(IceError.ServerNotFound);
    }

    [Fact]
    [Rfc("STUN-8489-10-e")]
    public async Task Servers_that_redirect_in_a_circle_end_with_a_typed_error()
    {
        using StunIntegrityKey key = StunIntegrityKey.ShortTerm("secret");
        UdpTestServer? first = null, second = null;
        second = new UdpTestServer((m, _) => Redirect(m, first!.EndPoint));
        first = new UdpTestServer((m, _) => Redirect(m, second.EndPoint));
        await using UdpTestServer a = first, b = second;
        await using var client = new StunClient(new StunClientOptions { FollowAlternateServer = true, ShortTermCredential = new ShortTermCredential("u", "secret") });

        StunException failure = await FailureAsync(client.BindAsync(first.EndPoint));

        failure.Error.Should().Be(IceError.RedirectRefused);
        failure.RedirectRefusal.Should().Be(AlternateServerOutcome.Loop);
        (first.Received.Count + second.Received.Count).Should().Be(2);

        byte[] Redirect(byte[] request, IPEndPoint to)
        {
            lock (key)
            {
                return StunReplies.Error(request, 300, (ref StunWriter w) => w.AddAddress(StunAttributeType.AlternateServer, NameServerList.ToTransportAddress(to)), key);
            }
        }
    }

    [Fact]
    [Rfc("STUN-8489-9.2.5-l")]
    public async Task Answers_with_a_wrong_signature_end_as_violated_integrity()
    {
        using StunIntegrityKey key = StunIntegrityKey.ShortTerm("another");
        await using var server = new UdpTestServer((m, c) => StunReplies.Success(m, c, key));
        await using var client = new StunClient(new StunClientOptions { ShortTermCredential = new ShortTermCredential("u", "secret"), Retransmission = Hasty });

        (await FailureAsync(client.BindAsync(server.EndPoint))).Error.Should().Be(IceError.IntegrityViolated);
    }

    [Fact]
    public async Task The_number_of_open_sockets_is_bounded()
    {
        await using var first = new UdpTestServer(StunReplies.Success);
        await using var second = new UdpTestServer(StunReplies.Success);
        await using var client = new StunClient(new StunClientOptions { MaxConnections = 1 });
        StunBinding before = await client.BindAsync(first.EndPoint);

        await client.BindAsync(second.EndPoint);
        StunBinding again = await client.BindAsync(first.EndPoint);

        again.MappedAddress.Should().NotBeNull();
        before.MappedAddress.Should().NotBeNull();
    }

    [Fact]
    public void Misuse_is_an_argument_exception()
    {
        Action noTransport = () => _ = new StunClient(new StunClientOptions { Transports = [] });
        Action both = () => _ = new StunClient(new StunClientOptions
        {
            ShortTermCredential = new ShortTermCredential("u", "p"),
            LongTermCredential = new LongTermCredential("u", "p"),
        });
        Action delay = () => _ = new StunClient(new StunClientOptions { AttemptDelay = TimeSpan.Zero });

        noTransport.Should().Throw<ArgumentException>();
        both.Should().Throw<ArgumentException>();
        delay.Should().Throw<ArgumentOutOfRangeException>();
    }

    internal static async Task<StunException> FailureAsync(Task call)
    {
        Func<Task> waiting = () => call.WaitAsync(TimeSpan.FromSeconds(30));
        return (await waiting.Should().ThrowAsync<StunException>()).Which;
    }

    private static IPEndPoint NobodysPort()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return (IPEndPoint)socket.LocalEndPoint!;
    }
}
