using System.Net.Sockets;
using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;
using IceSharp.TestServers;

namespace IceSharp.Tests.Stun;

public sealed class StunClientTcpTests
{
    [Fact]
    [Rfc("STUN-8489-6.2.2-h")]
    public async Task Requests_one_after_the_other_use_one_connection()
    {
        await using var server = new TcpTestServer(TcpTestServer.AnswerAllAsync);
        await using var client = new StunClient();

        StunBinding first = await client.BindAsync(server.EndPoint, StunUriTransport.Tcp);
        StunBinding second = await client.BindAsync(server.EndPoint, StunUriTransport.Tcp);

        second.MappedAddress.Should().Be(first.MappedAddress);
        server.Connections.Should().Be(1);
    }

    [Fact]
    [Rfc("STUN-8489-6.2.2-g")]
    public async Task Five_requests_share_a_connection_and_take_answers_in_reverse_order()
    {
        await using var server = new TcpTestServer(async connection =>
        {
            List<byte[]> requests = [];
            for (int i = 0; i < 5; i++)
            {
                requests.Add((await connection.ReadAsync())!);
            }

            requests.Reverse();
            await connection.WriteAsync(requests.SelectMany(r => StunReplies.Success(r, connection.Client)).ToArray());
            await connection.EndsAsync();
        });
        await using var client = new StunClient();

        StunBinding[] bindings = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => client.BindAsync(server.EndPoint, StunUriTransport.Tcp)));

        bindings.Should().HaveCount(5);
        server.Connections.Should().Be(1);
    }

    [Fact]
    [Rfc("STUN-8489-6.2.2-c")]
    public async Task The_end_of_a_connection_fails_every_request_on_it()
    {
        await using var server = new TcpTestServer(async connection =>
        {
            await connection.ReadAsync();
            await connection.ReadAsync();
        });
        await using var client = new StunClient();

        Task<StunBinding>[] pending = [client.BindAsync(server.EndPoint, StunUriTransport.Tcp), client.BindAsync(server.EndPoint, StunUriTransport.Tcp)];

        foreach (Task<StunBinding> call in pending)
        {
            (await StunClientUdpTests.FailureAsync(call)).Error.Should().Be(IceError.ConnectionLost);
        }
    }

    [Fact]
    [Rfc("STUN-8489-6.2.2-c")]
    public async Task A_half_closed_connection_is_closed_from_this_side_too_and_the_next_request_opens_another()
    {
        var closedByClient = new TaskCompletionSource<bool>();
        await using var server = new TcpTestServer(async connection =>
        {
            byte[] request = (await connection.ReadAsync())!;
            await connection.WriteAsync(StunReplies.Success(request, connection.Client));
            connection.Socket.Shutdown(SocketShutdown.Send);
            closedByClient.TrySetResult(await connection.EndsAsync());
        });
        await using var client = new StunClient();

        StunBinding first = await client.BindAsync(server.EndPoint, StunUriTransport.Tcp);
        (await closedByClient.Task.WaitAsync(TimeSpan.FromSeconds(25))).Should().BeTrue();
        StunBinding second = await client.BindAsync(server.EndPoint, StunUriTransport.Tcp);

        second.MappedAddress.Should().NotBe(first.MappedAddress);
        server.Connections.Should().Be(2);
    }

    [Fact]
    [Rfc("STUN-8489-6.2.2-i")]
    public async Task An_idle_connection_that_died_is_replaced_within_the_request()
    {
        int connections = 0;
        await using var server = new TcpTestServer(async connection =>
        {
            bool isFirst = Interlocked.Increment(ref connections) == 1;
            byte[] request = (await connection.ReadAsync())!;
            await connection.WriteAsync(StunReplies.Success(request, connection.Client));
            if (isFirst)
            {
                // Dies under the next request.
                await connection.ReadAsync();
                connection.Socket.LingerState = new LingerOption(true, 0);
                connection.Socket.Close();
                return;
            }

            await connection.EndsAsync();
        });
        await using var client = new StunClient();
        await client.BindAsync(server.EndPoint, StunUriTransport.Tcp);

        StunBinding second = await client.BindAsync(server.EndPoint, StunUriTransport.Tcp);

        second.Report.Attempts.Should().HaveCount(2);
        server.Connections.Should().Be(2);
    }

    [Fact]
    [Rfc("STUN-8489-6.2.2-f")]
    public async Task Garbage_ends_the_connection_at_once()
    {
        var closedByClient = new TaskCompletionSource<bool>();
        await using var server = new TcpTestServer(async connection =>
        {
            await connection.ReadAsync();
            await connection.WriteAsync("HTTP/1.1 400 Bad Request\r\n\r\n"u8.ToArray());
            closedByClient.SetResult(await connection.EndsAsync());
        });
        await using var client = new StunClient();

        StunException failure = await StunClientUdpTests.FailureAsync(client.BindAsync(server.EndPoint, StunUriTransport.Tcp));

        failure.Error.Should().Be(IceError.ServerMisbehaved);
        (await closedByClient.Task.WaitAsync(TimeSpan.FromSeconds(25))).Should().BeTrue();
    }

    [Theory]
    [InlineData("01")]
    [InlineData("0101")]
    [InlineData("010100082112A442")]
    [Rfc("STUN-8489-6.2.2-f")]
    public async Task A_message_that_never_completes_is_cut_off(string start)
    {
        var closedByClient = new TaskCompletionSource<bool>();
        await using var server = new TcpTestServer(async connection =>
        {
            await connection.ReadAsync();
            await connection.WriteAsync(Convert.FromHexString(start));
            closedByClient.SetResult(await connection.EndsAsync());
        });
        await using var client = new StunClient(new StunClientOptions { MessageTimeout = TimeSpan.FromMilliseconds(200) });

        StunException failure = await StunClientUdpTests.FailureAsync(client.BindAsync(server.EndPoint, StunUriTransport.Tcp));

        failure.Error.Should().Be(IceError.ServerMisbehaved);
        (await closedByClient.Task.WaitAsync(TimeSpan.FromSeconds(25))).Should().BeTrue();
    }

    [Fact]
    public async Task A_length_beyond_the_limit_is_cut_off_without_waiting_for_its_bytes()
    {
        await using var server = new TcpTestServer(async connection =>
        {
            await connection.ReadAsync();
            await connection.WriteAsync(Convert.FromHexString("0101FFFC2112A442"));
            await connection.EndsAsync();
        });
        await using var client = new StunClient();

        (await StunClientUdpTests.FailureAsync(client.BindAsync(server.EndPoint, StunUriTransport.Tcp))).Message.Should().Contain("TooLong");
    }

    [Fact]
    public async Task A_run_of_messages_that_nobody_asked_for_is_cut_off()
    {
        await using var server = new TcpTestServer(async connection =>
        {
            byte[] request = (await connection.ReadAsync())!;
            request[19] ^= 1;
            byte[] foreign = StunReplies.Success(request, connection.Client);
            for (int i = 0; i < 200; i++)
            {
                await connection.WriteAsync(foreign);
            }

            await connection.EndsAsync();
        });
        await using var client = new StunClient();

        (await StunClientUdpTests.FailureAsync(client.BindAsync(server.EndPoint, StunUriTransport.Tcp))).Error.Should().Be(IceError.ServerMisbehaved);
    }

    [Fact]
    [Rfc("STUN-8489-6.2.2-a")]
    public async Task A_server_that_accepts_and_says_nothing_fails_after_Ti()
    {
        await using var server = new TcpTestServer(async connection => await connection.EndsAsync());
        await using var client = new StunClient(new StunClientOptions { StreamTimeout = TimeSpan.FromMilliseconds(200) });

        (await StunClientUdpTests.FailureAsync(client.BindAsync(server.EndPoint, StunUriTransport.Tcp))).Error.Should().Be(IceError.ServerSilent);
    }

    [Fact]
    public async Task Disposal_ends_a_call_that_is_still_connecting()
    {
        var accepted = new TaskCompletionSource();
        await using var silent = new TcpTestServer(async connection =>
        {
            accepted.SetResult();
            await connection.EndsAsync();
        });
        var client = new StunClient(new StunClientOptions { Tls = new IceTlsOptions { VerificationName = "x.test" }, ConnectTimeout = TimeSpan.FromMinutes(2) });
        Task<StunBinding> pending = client.BindAsync(silent.EndPoint, StunUriTransport.Tls);
        await accepted.Task.WaitAsync(TimeSpan.FromSeconds(20));

        await client.DisposeAsync();

        (await StunClientUdpTests.FailureAsync(pending)).Error.Should().Be(IceError.ClientClosed);
    }

    [Fact]
    public async Task A_closed_port_is_unreachable()
    {
        var server = new TcpTestServer(_ => Task.CompletedTask);
        await server.DisposeAsync();
        await using var client = new StunClient();

        (await StunClientUdpTests.FailureAsync(client.BindAsync(server.EndPoint, StunUriTransport.Tcp))).Error.Should().Be(IceError.ServerUnreachable);
    }

    [Fact]
    [Rfc("STUN-8489-9.2.5-l")]
    public async Task Over_a_stream_a_wrong_signature_ends_the_request_at_once()
    {
        using StunIntegrityKey key = StunIntegrityKey.ShortTerm("another");
        await using var server = new TcpTestServer(async connection =>
        {
            await connection.WriteAsync(StunReplies.Success((await connection.ReadAsync())!, connection.Client, key));
            await connection.EndsAsync();
        });
        await using var client = new StunClient(new StunClientOptions { ShortTermCredential = new("u", "secret") });

        (await StunClientUdpTests.FailureAsync(client.BindAsync(server.EndPoint, StunUriTransport.Tcp))).Error.Should().Be(IceError.IntegrityViolated);
    }
}
