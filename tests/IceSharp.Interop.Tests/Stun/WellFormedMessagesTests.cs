using System.Globalization;
using System.Net;
using IceSharp.Interop.Tests.Peers;
using IceSharp.Protocol;
using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Credentials;
using IceSharp.TestServers;

namespace IceSharp.Interop.Tests.Stun;

/// <summary>Another implementation's opinion of everything that the client and the checks of agents send.</summary>
public sealed class WellFormedMessagesTests
{
    private const string User = "alice", Password = "correct horse", Realm = "icesharp.test";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    // Capturing takes the rights that namespaces take.
    [PeerFact("tshark", "namespaces")]
    public async Task Tshark_finds_no_fault_with_messages_of_the_client()
    {
        await using UdpTestServer plain = new((m, c) => m[1] == 1 ? StunReplies.Success(m, c) : null);
        await using UdpTestServer oldChallenger = new((m, c) => Challenge(m, c, "f//499k954d6OL34oL9FSTvy64sA"));
        await using UdpTestServer newChallenger = new((m, c) => Challenge(m, c, "obMatJos2wAAAf//499k954d6OL34oL9FSTvy64sA"));
        await using TcpTestServer stream = new(TcpTestServer.AnswerAllAsync);
        int[] ports = [plain.EndPoint.Port, oldChallenger.EndPoint.Port, newChallenger.EndPoint.Port, stream.EndPoint.Port];
        await using LoopbackCapture capture = LoopbackCapture.Start(string.Join(" or ", ports.Select(p => $"port {p}")), ports);
        await using StunClient bare = new();
        await using StunClient adorned = new(new StunClientOptions { Software = "IceSharp tests", AddFingerprint = true });
        await using StunClient shortTerm = new(new StunClientOptions { ShortTermCredential = new ShortTermCredential(User, Password), AddFingerprint = true });
        await using StunClient longTerm = new(new StunClientOptions { LongTermCredential = new LongTermCredential(User, Password), AddFingerprint = true });
        using CancellationTokenSource deadline = new(Deadline);
        await UntilReadyAsync(capture, bare, plain.EndPoint, deadline.Token);

        await adorned.BindAsync(plain.EndPoint, StunUriTransport.Udp, deadline.Token);
        await adorned.SendIndicationAsync(plain.EndPoint, StunUriTransport.Udp, deadline.Token);
        await shortTerm.SendIndicationAsync(plain.EndPoint, StunUriTransport.Udp, deadline.Token);
        await RefusedAsync(longTerm.BindAsync(oldChallenger.EndPoint, StunUriTransport.Udp, deadline.Token));
        await RefusedAsync(longTerm.BindAsync(newChallenger.EndPoint, StunUriTransport.Udp, deadline.Token));
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => adorned.BindAsync(stream.EndPoint, StunUriTransport.Tcp, deadline.Token)));

        await SawAsync(capture, plain.EndPoint, "0x0001", []);
        await SawAsync(capture, plain.EndPoint, "0x0001", ["0x8022", "0x8028"]);
        await SawAsync(capture, plain.EndPoint, "0x0011", ["0x8022", "0x8028"]);
        await SawAsync(capture, plain.EndPoint, "0x0011", ["0x0006", "0x0008", "0x001c", "0x8028"]);
        await SawAsync(capture, oldChallenger.EndPoint, "0x0001", ["0x0006", "0x0014", "0x0015", "0x0008", "0x8028"]);
        await SawAsync(capture, newChallenger.EndPoint, "0x0001", ["0x001e", "0x0014", "0x0015", "0x8002", "0x001d", "0x001c", "0x8028"]);
        await SawAsync(capture, stream.EndPoint, "0x0001", ["0x8022", "0x8028"]);
        capture.Messages.Where(m => m.Complaint.Length > 0).Should().BeEmpty(capture.Output);
    }

    [PeerFact("tshark", "namespaces")]
    public async Task Tshark_finds_no_fault_with_checks_of_agents()
    {
        await using LoopbackCapture capture = LoopbackCapture.Start("udp");
        await using UdpTestServer plain = new(StunReplies.Success);
        await using StunClient bare = new();
        await using IceAgent left = new(Loopback()), right = new(Loopback());
        using CancellationTokenSource deadline = new(Deadline);
        await UntilReadyAsync(capture, bare, plain.EndPoint, deadline.Token);

        IceDescription offer = await left.GatherAllAsync(deadline.Token);
        right.SetRemoteDescription(IceDescription.Parse(offer.ToSdp()));
        IceDescription answer = await right.GatherAllAsync(deadline.Token);
        left.SetRemoteDescription(IceDescription.Parse(answer.ToSdp()));
        IceConnection[] connections = await Task.WhenAll(left.ConnectAsync(deadline.Token), right.ConnectAsync(deadline.Token));
        await Task.WhenAll(connections.Select(c => c.Completed)).WaitAsync(deadline.Token);

        string[] ports = [PortOf(offer), PortOf(answer)];
        Func<CapturedMessage, bool> ours = m => ports.Contains(m.Source) && ports.Contains(m.Destination);
        await capture.WaitForAsync(m => ours(m) && m.Type.Contains("0x0001", StringComparison.Ordinal) && m.Attributes.Contains("0x0025"), Deadline);
        await capture.WaitForAsync(m => ours(m) && m.Type.Contains("0x0101", StringComparison.Ordinal), Deadline);
        capture.Messages.Where(ours).Should().HaveCountGreaterThan(3).And.OnlyContain(m => m.Complaint.Length == 0, capture.Output);
    }

    private static IceAgentOptions Loopback() => new() { AllowLoopback = true, AddressFilter = local => local.Address == IpAddress.LoopbackV4 };

    private static string PortOf(IceDescription description) =>
        description.Streams[0].Candidates[0].Address.Port.ToString(CultureInfo.InvariantCulture);

    // tshark says that it is ready before it is: so messages are sent until it has seen one.
    private static async Task UntilReadyAsync(LoopbackCapture capture, StunClient client, IPEndPoint server, CancellationToken cancellationToken)
    {
        Task seen = capture.WaitForAsync(m => m.Type.Length > 0, Deadline);
        while (!seen.IsCompleted)
        {
            await client.BindAsync(server, StunUriTransport.Udp, cancellationToken);
            await Task.WhenAny(seen, Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken));
        }

        await seen;
    }

    private static Task SawAsync(LoopbackCapture capture, IPEndPoint server, string type, string[] attributes)
    {
        string port = server.Port.ToString(CultureInfo.InvariantCulture);
        return capture.WaitForAsync(
            m => m.Destination == port && m.Type.Split(',').Contains(type) && (m.Attributes.SequenceEqual(attributes) || (m.Type.Contains(',', StringComparison.Ordinal) && m.Attributes.Take(attributes.Length).SequenceEqual(attributes))), Deadline);
    }

    // It never believes a password, so that every request it gets is challenged or rejected.
    private static byte[] Challenge(byte[] request, EndPoint client, string nonce) => StunReplies.Error(request, 401, (ref StunWriter w) =>
    {
        w.AddText(StunAttributeType.Realm, Realm);
        w.AddText(StunAttributeType.Nonce, nonce);
        if (nonce.StartsWith("obMatJos2w", StringComparison.Ordinal))
        {
            w.AddPasswordAlgorithms([StunPasswordAlgorithm.Sha256, StunPasswordAlgorithm.Md5]);
        }
    });

    private static async Task RefusedAsync(Task call)
    {
        Func<Task> waiting = () => call;
        (await waiting.Should().ThrowAsync<StunException>()).Which.AuthenticationFailure.Should().Be(LongTermFailure.Unauthorized);
    }
}
