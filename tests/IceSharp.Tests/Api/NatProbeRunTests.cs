using System.Net;
using System.Net.Sockets;
using IceSharp.Protocol;
using IceSharp.Protocol.Dns;
using IceSharp.Protocol.Nat;
using IceSharp.Protocol.Stun.Transactions;
using IceSharp.TestMarks;
using IceSharp.Testing;

namespace IceSharp.Tests.Api;

/// <summary>The probe over real sockets of this machine.</summary>
public sealed class NatProbeRunTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly LoopbackServerOptions WithSecondAddress = new() { Server = new StunTurnServerOptions { OffersBehaviorDiscovery = true } };
    private static readonly NatProbeOptions Quick = new() { Retransmission = new StunRetransmissionSettings { InitialRto = TimeSpan.FromMilliseconds(50), MaxTransmissions = 2, FinalTimeoutFactor = 2 } };

    [Fact]
    public async Task Loopback_has_no_nat_and_no_filter()
    {
        await using LoopbackStunTurnServer server = await LoopbackStunTurnServer.StartAsync(WithSecondAddress);
        Seen seen = new();

        NatProbeResult result = await NatProbe.RunAsync(
            server.StunUri, new NatProbeOptions { Tests = NatProbeTests.Mapping | NatProbeTests.Filtering | NatProbeTests.Fragments, MtuBytes = 1500, Progress = seen }).WaitAsync(Deadline);

        result.Report.Mapping.Should().Be(NatMappingType.NoNat, result.ToString());
        result.Report.Filtering.Should().Be(NatFilteringType.EndpointIndependent, result.ToString());
        result.Report.Fragments.Should().Be(NatFragmentHandling.PassBothWays, result.ToString());
        result.Report.OtherAddress!.Value.Address.Should().Be(IpAddress.Parse("127.0.0.2"));
        result.Duration.Should().BePositive();
        seen.Records.Should().Equal(result.Report.Evidence);
        Action free = () => Rebind(result.Report.LocalAddress!.Value);
        free.Should().NotThrow("the sockets are closed when the task has ended");
    }

    [Fact]
    public async Task A_plain_server_leaves_filtering_open()
    {
        await using LoopbackStunTurnServer server = await LoopbackStunTurnServer.StartAsync();

        NatProbeResult result = await NatProbe.RunAsync([server.StunUri], Quick).WaitAsync(Deadline);

        result.Report.Filtering.Should().Be(NatFilteringType.NotSupportedByServer);
        result.Report.Summary.Should().Contain("second address");
    }

    [Fact]
    [Rfc("NAT-5780-4-a")]
    public async Task A_result_is_an_observation_at_a_time_from_a_port_and_the_next_call_observes_anew()
    {
        LoopbackStunTurnServer server = await LoopbackStunTurnServer.StartAsync();
        DateTimeOffset before = DateTimeOffset.UtcNow;

        NatProbeResult first = await NatProbe.RunAsync(server.StunUri, Quick).WaitAsync(Deadline);
        await server.DisposeAsync();
        NatProbeResult second = await NatProbe.RunAsync(server.StunUri, Quick).WaitAsync(Deadline);

        first.StartedAt.Should().BeOnOrAfter(before);
        first.Report.Evidence[0].LocalAddress.Port.Should().BeGreaterThanOrEqualTo(49152);
        first.Report.Outcome.Should().Be(NatProbeOutcome.Completed);
        second.StartedAt.Should().BeAfter(first.StartedAt);
        second.Report.Outcome.Should().Be(NatProbeOutcome.NoConnectivity);
    }

    [Fact]
    public async Task Silence_is_an_observation()
    {
        using Socket silent = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        NatProbeResult result = await NatProbe.RunAsync($"stun:{silent.LocalEndPoint}", Quick).WaitAsync(Deadline);

        result.Report.Outcome.Should().Be(NatProbeOutcome.NoConnectivity);
        result.Report.Evidence.Should().ContainSingle().Which.Outcome.Should().Be(NatTestOutcome.NoResponse);
    }

    [Fact]
    public async Task Cancellation_ends_the_probe_and_gives_the_sockets_back()
    {
        using Socket silent = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        using CancellationTokenSource cancel = new();

        Task<NatProbeResult> running = NatProbe.RunAsync($"stun:{silent.LocalEndPoint}", cancellationToken: cancel.Token);
        SocketReceiveFromResult first = await silent.ReceiveFromAsync(new byte[100], new IPEndPoint(IPAddress.Any, 0)).WaitAsync(Deadline);
        await cancel.CancelAsync();

        await running.Invoking(r => r.WaitAsync(Deadline)).Should().ThrowAsync<OperationCanceledException>();
        IPEndPoint source = (IPEndPoint)first.RemoteEndPoint;
        Action free = () => Rebind(new TransportAddress(IpAddress.LoopbackV4, (ushort)source.Port));
        free.Should().NotThrow();
    }

    [Fact]
    [Rfc("NAT-5780-5.1-a")]
    public async Task A_name_is_looked_up_as_a_behaviour_server_and_one_that_leads_nowhere_is_a_typed_error()
    {
        EmptyResolver resolver = new();

        Func<Task> probe = () => NatProbe.RunAsync("stun:nowhere.example", Quick with { NameResolver = resolver }).WaitAsync(Deadline);

        (await probe.Should().ThrowAsync<IceException>()).Which.Error.Should().Be(IceError.ServerNotFound);
        resolver.Services.Should().Equal("_stun-behavior._udp.nowhere.example");
    }

    [Fact]
    public async Task Misuse_is_named_before_anything_is_sent()
    {
        await Thrown("turn:example.org").Should().ThrowAsync<ArgumentException>().WithMessage("*turn:example.org*");
        await Thrown("stuns:example.org").Should().ThrowAsync<ArgumentException>();
        await Thrown("example.org").Should().ThrowAsync<FormatException>();
        await Thrown("stun:127.0.0.1", new NatProbeOptions { Username = "user" }).Should().ThrowAsync<ArgumentException>();
        await Thrown("stun:127.0.0.1", new NatProbeOptions { MtuBytes = 5 }).Should().ThrowAsync<ArgumentOutOfRangeException>();
        new NatProbeOptions { Username = "u", Password = "secret" }.ToString().Should().NotContain("secret");
    }

    private static Func<Task> Thrown(string uri, NatProbeOptions? options = null) => () => NatProbe.RunAsync(uri, options);

    private static void Rebind(TransportAddress address)
    {
        using Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(address.Address.ToString()), address.Port));
    }

    private sealed class Seen : IProgress<NatTestRecord>
    {
        public List<NatTestRecord> Records { get; } = [];

        public void Report(NatTestRecord value) => Records.Add(value);
    }

    private sealed class EmptyResolver : INameResolver
    {
        public List<string> Services { get; } = [];

        public ValueTask<IReadOnlyList<IpAddress>> LookUpAddressesAsync(string hostName, CancellationToken cancellationToken) => new((IReadOnlyList<IpAddress>)[]);

        public ValueTask<IReadOnlyList<SrvRecord>> LookUpServicesAsync(string name, CancellationToken cancellationToken)
        {
            Services.Add(name);
            return new((IReadOnlyList<SrvRecord>)[]);
        }

        public ValueTask<IReadOnlyList<NaptrRecord>> LookUpRulesAsync(string name, CancellationToken cancellationToken) => new((IReadOnlyList<NaptrRecord>)[]);
    }
}
