using System.Globalization;
using System.Net.Sockets;
using IceSharp.Internal.Driver;
using IceSharp.Internal.Network.Dns;
using IceSharp.Protocol;
using IceSharp.Protocol.Discovery;
using IceSharp.Protocol.Dns;
using IceSharp.Protocol.Stun;
using IceSharp.TestDns;
using IceSharp.TestMarks;

namespace IceSharp.Tests.Network;

public class ServerResolverTests
{
    [Fact]
    [Rfc("STUN-8489-8.1-b")]
    [Rfc("STUN-8489-8.1-d")]
    public async Task Uri_leads_over_a_real_name_server_to_its_servers()
    {
        await using var server = LoopbackNameServer.With(new()
        {
            [("_turn._udp.example.org", DnsResponseBuilder.Srv)] = b => b.Service("", 20, 0, 3479, "second.example.org").Service("", 10, 0, 3478, "first.example.org"),
            [("example.org", DnsResponseBuilder.Naptr)] = b => b.Rule("", 100, 10, "S", "RELAY:turn.udp", "", "_turn._udp.example.org"),
        });
        var resolver = new Resolver(new SystemNameResolver(new SystemNameResolverOptions { NameServers = [server.Address] }))
        {
            Addresses = { ["first.example.org"] = [IpAddress.Parse("192.0.2.1"), IpAddress.Parse("2001:db8::1")], ["second.example.org"] = [IpAddress.Parse("192.0.2.2")] },
        };

        ServerResolution found = await ServerResolver.ResolveAsync(resolver, Settings("turn:example.org"), new CryptoRandomSource(), default);

        found.Targets.Select(t => string.Create(CultureInfo.InvariantCulture, $"{t.Transport} {string.Join(' ', t.Addresses)} {t.Port} {t.Identity}"))
            .Should().Equal("Udp 192.0.2.1 2001:db8::1 3478 example.org", "Udp 192.0.2.2 3479 example.org");
    }

    [Fact]
    public async Task Resolver_that_throws_whatever_is_a_lookup_that_failed()
    {
        var resolver = new Resolver { Failure = new InvalidOperationException("a fault of the user's resolver") };

        ServerResolution found = await ServerResolver.ResolveAsync(resolver, Settings("stun:example.org"), new CryptoRandomSource(), default);

        found.Error.Should().Be(ServerResolutionError.LookupFailed);
    }

    [Fact]
    public async Task Name_that_no_name_server_can_be_asked_for_is_not_found_and_does_not_throw()
    {
        ServerResolution found = await ServerResolver.ResolveAsync(
            new SystemNameResolver(new SystemNameResolverOptions { NameServers = [new TransportAddress(IpAddress.LoopbackV4, 9)] }),
            Settings($"stun:{new string('x', 300)}"),
            new CryptoRandomSource(),
            default);

        found.Targets.Should().BeEmpty();
    }

    [Fact]
    public async Task Cancellation_ends_it_while_the_resolver_hangs()
    {
        using var cancel = new CancellationTokenSource();
        Task<ServerResolution> resolving = ServerResolver.ResolveAsync(new Resolver { Hangs = true }, Settings("stun:example.org"), new CryptoRandomSource(), cancel.Token);

        await cancel.CancelAsync();

        await FluentActions.Awaiting(() => resolving.WaitAsync(TimeSpan.FromSeconds(20))).Should().ThrowAsync<OperationCanceledException>();
    }

    private static ServerResolutionSettings Settings(string uri) => new() { Uri = StunUri.Parse(uri), SupportedTransports = [StunUriTransport.Udp] };

    /// <summary>Addresses from a table; the rest from another resolver.</summary>
    private sealed class Resolver(INameResolver? inner = null) : INameResolver
    {
        public Dictionary<string, IReadOnlyList<IpAddress>> Addresses { get; } = [];

        public Exception? Failure { get; init; }

        public bool Hangs { get; init; }

        public async ValueTask<IReadOnlyList<IpAddress>> LookUpAddressesAsync(string hostName, CancellationToken cancellationToken)
        {
            await MeetAsync();
            return Addresses.GetValueOrDefault(hostName, []);
        }

        public async ValueTask<IReadOnlyList<SrvRecord>> LookUpServicesAsync(string name, CancellationToken cancellationToken)
        {
            await MeetAsync();
            return inner is null ? throw new SocketException((int)SocketError.TryAgain) : await inner.LookUpServicesAsync(name, cancellationToken);
        }

        public async ValueTask<IReadOnlyList<NaptrRecord>> LookUpRulesAsync(string name, CancellationToken cancellationToken)
        {
            await MeetAsync();
            return inner is null ? throw new SocketException((int)SocketError.TryAgain) : await inner.LookUpRulesAsync(name, cancellationToken);
        }

        private Task MeetAsync() => Hangs ? new TaskCompletionSource().Task : Failure is null ? Task.CompletedTask : Task.FromException(Failure);
    }
}
