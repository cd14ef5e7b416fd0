using System.Net.Sockets;
using IceSharp.Internal.Network.Dns;
using IceSharp.Protocol;
using IceSharp.Protocol.Dns;
using IceSharp.TestDns;

namespace IceSharp.Tests.Network;

public class SystemNameResolverTests
{
    // Nothing is repeated on a busy machine either.
    private static readonly DnsQuerySettings Patient = new()
    {
        ServerTimeout = TimeSpan.FromSeconds(20), OverallTimeout = TimeSpan.FromSeconds(40), StreamTimeout = TimeSpan.FromSeconds(20),
    };

    private static readonly DnsQuerySettings Quick = new() { ServerTimeout = TimeSpan.FromMilliseconds(50), OverallTimeout = TimeSpan.FromSeconds(40), Rounds = 5 };

    [Fact]
    public async Task Services_and_rules_come_from_the_name_server()
    {
        await using var server = LoopbackNameServer.With(new()
        {
            [("_stun._udp.example.org", DnsResponseBuilder.Srv)] = b => b.Service("", 10, 5, 3478, "a.example.org").Service("", 20, 0, 3479, "b.example.org"),
            [("example.org", DnsResponseBuilder.Naptr)] = b => b.Rule("", 100, 10, "S", "RELAY:turn.udp", "", "_turn._udp.example.org"),
        });
        SystemNameResolver resolver = Resolver(Patient, server.Address);

        (await resolver.LookUpServicesAsync("_stun._udp.example.org", default)).Should().BeEquivalentTo(
            [new SrvRecord(10, 5, 3478, "a.example.org"), new SrvRecord(20, 0, 3479, "b.example.org")]);
        (await resolver.LookUpRulesAsync("example.org", default)).Should().Equal(new NaptrRecord(100, 10, "S", "RELAY:turn.udp", "", "_turn._udp.example.org"));
    }

    [Fact]
    public async Task Name_that_does_not_exist_has_no_records()
    {
        await using var server = LoopbackNameServer.With([]);

        (await Resolver(Patient, server.Address).LookUpServicesAsync("_stun._udp.example.org", default)).Should().BeEmpty();
    }

    [Fact]
    public async Task International_name_is_asked_for_in_its_ascii_form()
    {
        await using var server = LoopbackNameServer.With([]);

        await Resolver(Patient, server.Address).LookUpServicesAsync("_stun._udp.b\u00fccher.example", default);

        server.Queries.Should().ContainSingle().Which.Name.Should().Be("_stun._udp.xn--bcher-kva.example");
    }

    [Fact]
    public async Task Truncated_answer_comes_over_tcp()
    {
        await using var server = new LoopbackNameServer(query => query.OverTcp
            ? Many(DnsResponseBuilder.For(query.Bytes)).ToArray()
            : DnsResponseBuilder.For(query.Bytes, 0x8380).ToArray());

        IReadOnlyList<SrvRecord> records = await Resolver(Patient, server.Address).LookUpServicesAsync("_stun._udp.example.org", default);

        records.Should().HaveCount(60);
        server.Queries.Select(q => q.OverTcp).Should().Equal(false, true);

        static DnsResponseBuilder Many(DnsResponseBuilder builder)
        {
            for (ushort i = 0; i < 60; i++)
            {
                builder.Service("", i, 0, 3478, $"a-rather-long-name-of-a-server-{i}.example.org");
            }

            return builder;
        }
    }

    [Fact]
    public async Task Silent_server_gives_way_to_the_next()
    {
        await using var silent = new LoopbackNameServer(_ => null);
        await using var server = LoopbackNameServer.With(new() { [("_stun._udp.example.org", DnsResponseBuilder.Srv)] = b => b.Service("", 1, 1, 1, "a") });

        (await Resolver(Quick, silent.Address, server.Address).LookUpServicesAsync("_stun._udp.example.org", default)).Should().HaveCount(1);

        await silent.ArrivedAsync(1);
    }

    [Fact]
    public async Task Server_that_is_not_there_gives_way_without_waiting()
    {
        TransportAddress gone;
        await using (var closed = new LoopbackNameServer(_ => null))
        {
            gone = closed.Address;
        }

        await using var server = LoopbackNameServer.With(new() { [("_stun._udp.example.org", DnsResponseBuilder.Srv)] = b => b.Service("", 1, 1, 1, "a") });
        (await Resolver(Patient, gone, server.Address).LookUpServicesAsync("_stun._udp.example.org", default).AsTask().WaitAsync(TimeSpan.FromSeconds(15)))
            .Should().HaveCount(1);
    }

    [Fact]
    public async Task Forged_responses_are_passed_over_and_the_true_one_counts()
    {
        int forged = 0;
        await using var server = new LoopbackNameServer(query =>
        {
            byte[] response = DnsResponseBuilder.For(query.Bytes).Service("", 1, 1, 1, forged == 0 ? "forged" : "true").ToArray();
            response[1] ^= forged++ == 0 ? (byte)1 : (byte)0;
            return response;
        });

        (await Resolver(Quick, server.Address).LookUpServicesAsync("_stun._udp.example.org", default)).Should().ContainSingle().Which.Target.Should().Be("true");
    }

    [Fact]
    public async Task Each_lookup_uses_a_port_and_an_id_of_its_own()
    {
        await using var server = LoopbackNameServer.With([]);
        SystemNameResolver resolver = Resolver(Patient, server.Address);

        for (int i = 0; i < 8; i++)
        {
            await resolver.LookUpServicesAsync("_stun._udp.example.org", default);
        }

        server.Queries.Select(q => q.ClientPort).Distinct().Count().Should().BeGreaterThan(4);
        server.Queries.Select(q => (q.Bytes[0] << 8) | q.Bytes[1]).Distinct().Count().Should().BeGreaterThan(6);
    }

    [Fact]
    public async Task Silence_everywhere_ends_in_bounded_time_and_says_so()
    {
        await using var silent = new LoopbackNameServer(_ => null);
        SystemNameResolver resolver = Resolver(new DnsQuerySettings { ServerTimeout = TimeSpan.FromMilliseconds(50) }, silent.Address);

        SocketException failure = (await FluentActions.Awaiting(() => resolver.LookUpServicesAsync("_stun._udp.example.org", default).AsTask().WaitAsync(TimeSpan.FromSeconds(20)))
            .Should().ThrowAsync<SocketException>()).Which;

        failure.SocketErrorCode.Should().Be(SocketError.TimedOut);
        failure.Message.Should().Contain("_stun._udp.example.org");
        await silent.ArrivedAsync(2);
    }

    [Fact]
    public async Task Refusal_is_told()
    {
        await using var server = new LoopbackNameServer(query => DnsResponseBuilder.For(query.Bytes, 0x8185).ToArray());

        (await FluentActions.Awaiting(() => Resolver(Patient, server.Address).LookUpRulesAsync("example.org", default).AsTask())
            .Should().ThrowAsync<SocketException>()).Which.SocketErrorCode.Should().Be(SocketError.TryAgain);
    }

    [Fact]
    public async Task Cancellation_ends_a_lookup()
    {
        await using var silent = new LoopbackNameServer(_ => null);
        using var cancel = new CancellationTokenSource();
        Task lookup = Resolver(new DnsQuerySettings(), silent.Address).LookUpServicesAsync("_stun._udp.example.org", cancel.Token).AsTask();

        await cancel.CancelAsync();

        await FluentActions.Awaiting(() => lookup.WaitAsync(TimeSpan.FromSeconds(20))).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task Addresses_come_from_the_system()
    {
        IReadOnlyList<IpAddress> addresses = await new SystemNameResolver().LookUpAddressesAsync("localhost", default);

        addresses.Should().NotBeEmpty().And.OnlyContain(a => a.IsLoopback).And.OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task Name_that_cannot_be_asked_for_is_the_callers_mistake() =>
        await FluentActions.Awaiting(() => new SystemNameResolver().LookUpServicesAsync("a..b", default).AsTask()).Should().ThrowAsync<ArgumentException>();

    [Fact]
    public void Options_are_checked_by_the_constructor()
    {
        FluentActions.Invoking(() => Resolver(Patient, new TransportAddress(IpAddress.LoopbackV4, 0))).Should().Throw<ArgumentException>();
        FluentActions.Invoking(() => Resolver(new DnsQuerySettings { Rounds = 9 })).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions.Invoking(() => new SystemNameResolver(new SystemNameResolverOptions { AddressTimeout = TimeSpan.Zero })).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Fact]
    public void System_tells_its_name_servers_or_none_without_failing() =>
        NameServerList.Read().Should().OnlyContain(s => s.Port == 53).And.OnlyHaveUniqueItems();

    private static SystemNameResolver Resolver(DnsQuerySettings settings, params TransportAddress[] servers) =>
        new(new SystemNameResolverOptions { NameServers = servers, Queries = settings });
}
