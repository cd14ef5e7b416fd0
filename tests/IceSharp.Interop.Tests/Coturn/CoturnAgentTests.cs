using System.Globalization;
using System.Text;
using IceSharp.Interop.Tests.Peers;
using IceSharp.Interop.Tests.Processes;
using IceSharp.TestCertificates;
using IceSharp.Protocol;

namespace IceSharp.Interop.Tests.Coturn;

/// <summary>The agent against coturn on loopback, as STUN and as TURN server over UDP with long-term credentials.</summary>
public sealed class CoturnAgentTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    [PeerFact("coturn")]
    public async Task Coturn_tells_the_mapped_address()
    {
        await using CoturnServer coturn = await CoturnServer.StartAsync();
        await using IceAgent agent = new(Settings(IceServer.Stun(coturn.StunUri)));

        IceDescription description = await GatherAsync(agent, coturn);

        // Without a NAT the reflexive address equals the host candidate, which proves that it was read right.
        IceCandidate host = description.Streams[0].Candidates.Should().ContainSingle().Subject;
        GatheringOutcome outcome = agent.Report.Gathering.Should().ContainSingle(o => o.Server != null).Subject;
        outcome.Result.Should().Be(GatheringResult.Redundant);
        outcome.Detail.Should().StartWith(host.Address.ToString());
    }

    [PeerFact("coturn")]
    public async Task Coturn_relays_between_two_agents_and_frees_their_allocations()
    {
        await using CoturnServer coturn = await CoturnServer.StartAsync();
        await using (IceAgent left = new(RelayOnly(coturn)), right = new(RelayOnly(coturn)))
        {
            IceDescription offer = await GatherAsync(left, coturn);
            right.SetRemoteDescription(IceDescription.Parse(offer.ToSdp()));
            left.SetRemoteDescription(IceDescription.Parse((await GatherAsync(right, coturn)).ToSdp()));
            using CancellationTokenSource deadline = new(Deadline);
            IceConnection fromLeft = await left.ConnectAsync(deadline.Token), fromRight = await right.ConnectAsync(deadline.Token);

            await fromLeft.SendAsync("to the right"u8.ToArray(), deadline.Token);
            await fromRight.SendAsync("to the left"u8.ToArray(), deadline.Token);

            (await ReceiveTextAsync(fromRight, deadline.Token)).Should().Be("to the right");
            (await ReceiveTextAsync(fromLeft, deadline.Token)).Should().Be("to the left");
            IceCandidatePairInfo pair = await fromLeft.Completed.WaitAsync(deadline.Token);
            (pair.Local.Type, pair.Remote.Type).Should().Be((IceCandidateType.Relayed, IceCandidateType.Relayed));
        }

        await coturn.WaitForLogAsync(line => line.Contains("refreshed, realm=<icesharp.test>, username=<alice>, lifetime=0", StringComparison.Ordinal), Deadline);
    }

    [PeerTheory("coturn")]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_agent_relays_over_TCP_and_TLS(bool tls)
    {
        using TestAuthority authority = new();
        await using CoturnServer coturn = await CoturnServer.StartAsync(new CoturnOptions { OffersTcp = true, Certificate = authority.Issue("localhost") });
        string uri = tls ? $"turns:localhost:{coturn.TlsPort}" : coturn.TurnTcpUri;
        IceAgentOptions relayed = Settings(IceServer.Turn(uri, coturn.Options.User, coturn.Options.Password)) with
        {
            TransportPolicy = IceTransportPolicy.RelayOnly,
            Tls = new IceTlsOptions { TrustedRoots = [authority.Root] },
        };
        await using IceAgent left = new(relayed), right = new(Settings(IceServer.Stun(coturn.StunUri)));
        IceDescription offer = await GatherAsync(left, coturn);
        right.SetRemoteDescription(IceDescription.Parse(offer.ToSdp()));
        left.SetRemoteDescription(IceDescription.Parse((await GatherAsync(right, coturn)).ToSdp()));
        using CancellationTokenSource deadline = new(Deadline);
        IceConnection fromLeft = await left.ConnectAsync(deadline.Token), fromRight = await right.ConnectAsync(deadline.Token);

        for (int i = 0; i < 20; i++)
        {
            await fromLeft.SendAsync("to the right"u8.ToArray(), deadline.Token);
            await fromRight.SendAsync("to the left"u8.ToArray(), deadline.Token);
            (await ReceiveTextAsync(fromRight, deadline.Token)).Should().Be("to the right");
            (await ReceiveTextAsync(fromLeft, deadline.Token)).Should().Be("to the left");
        }

        (await fromLeft.Completed.WaitAsync(deadline.Token)).Local.Type.Should().Be(IceCandidateType.Relayed);
    }

    // Capturing takes the rights that namespaces take.
    [PeerFact("coturn", "tshark", "namespaces")]
    public async Task Data_of_the_selected_pair_travels_on_channels_both_ways()
    {
        await using CoturnServer coturn = await CoturnServer.StartAsync();
        string port = coturn.Port.ToString(CultureInfo.InvariantCulture);
        await using ChildProcess capture = ChildProcess.Start(
            "tshark",
            ["-i", "lo", "-n", "-l", "-Q", "-f", $"udp port {port}", "-d", $"udp.port=={port},stun", "-Y", "stun.channel", "-T", "fields", "-e", "udp.srcport", "-e", "udp.dstport", "-e", "stun.channel"],
            TimeSpan.FromMinutes(2));
        await using IceAgent left = new(RelayOnly(coturn)), right = new(RelayOnly(coturn));
        IceDescription offer = await GatherAsync(left, coturn);
        right.SetRemoteDescription(IceDescription.Parse(offer.ToSdp()));
        left.SetRemoteDescription(IceDescription.Parse((await GatherAsync(right, coturn)).ToSdp()));
        using CancellationTokenSource deadline = new(Deadline);
        IceConnection fromLeft = await left.ConnectAsync(deadline.Token), fromRight = await right.ConnectAsync(deadline.Token);
        await Task.WhenAll(fromLeft.Completed, fromRight.Completed).WaitAsync(deadline.Token);
        await coturn.WaitForLogAsync(line => line.Contains("CHANNEL_BIND processed, success", StringComparison.Ordinal), Deadline);

        // tshark says that it is ready before it is: so data is sent until it has seen some.
        Task seen = Task.WhenAll(
            capture.WaitForLineAsync(line => line.Split('\t') is [_, { } to, { Length: > 0 }] && to == port, Deadline),
            capture.WaitForLineAsync(line => line.Split('\t') is [{ } from, _, { Length: > 0 }] && from == port, Deadline));
        while (!seen.IsCompleted)
        {
            await fromLeft.SendAsync("to the right"u8.ToArray(), deadline.Token);
            (await ReceiveTextAsync(fromRight, deadline.Token)).Should().Be("to the right");
            await Task.WhenAny(seen, Task.Delay(TimeSpan.FromMilliseconds(100), deadline.Token));
        }

        await seen;
    }

    [PeerFact("coturn")]
    public async Task Wrong_password_is_reported_as_such_and_the_rest_is_gathered()
    {
        await using CoturnServer coturn = await CoturnServer.StartAsync();
        await using IceAgent agent = new(Settings(IceServer.Turn(coturn.TurnUri, coturn.Options.User, "wrong")));

        IceDescription description = await GatherAsync(agent, coturn);

        description.Streams[0].Candidates.Should().ContainSingle().Which.Type.Should().Be(IceCandidateType.Host);
        GatheringOutcome outcome = agent.Report.Gathering.Should().ContainSingle(o => o.Server != null).Subject;
        outcome.Result.Should().Be(GatheringResult.Unauthorized);
        outcome.ErrorCode.Should().Be(401);
        outcome.ToString().Should().NotContain("wrong", "passwords are not for reports");
    }

    private static IceAgentOptions RelayOnly(CoturnServer coturn) =>
        Settings(IceServer.Turn(coturn.TurnUri, coturn.Options.User, coturn.Options.Password)) with { TransportPolicy = IceTransportPolicy.RelayOnly };

    private static IceAgentOptions Settings(IceServer server) => new()
    {
        Servers = [server],
        AllowLoopback = true,
        AddressFilter = local => local.Address == IpAddress.LoopbackV4,
    };

    private static async Task<IceDescription> GatherAsync(IceAgent agent, CoturnServer coturn)
    {
        using CancellationTokenSource deadline = new(Deadline);
        try
        {
            return await agent.GatherAllAsync(deadline.Token);
        }
        catch (IceException failure)
        {
            throw new InvalidOperationException($"Gathering failed; coturn says:{Environment.NewLine}{coturn.Log}", failure);
        }
    }

    private static async Task<string> ReceiveTextAsync(IceConnection connection, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[1500];
        return Encoding.UTF8.GetString(buffer, 0, await connection.ReceiveAsync(buffer, cancellationToken));
    }
}
