using System.Net;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using IceSharp.Interop.Tests.Coturn;
using IceSharp.Interop.Tests.Matrix;
using IceSharp.Interop.Tests.Namespaces;
using IceSharp.Interop.Tests.Peers;
using IceSharp.Interop.Tests.Processes;

namespace IceSharp.Interop.Tests.Samples;

/// <summary>The page in a real browser, and its WebSocket against everything that is no page.</summary>
[Collection(nameof(CallCollection))]
public sealed class BrowserPeerTests
{
    private const string CoturnAddress = "203.0.113.10";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    /// <summary>Where to write a picture of the page, for the docs: <c>ICESHARP_SCREENSHOT=FILE</c>, in dark colours with <c>FILE dark</c>.</summary>
    private static readonly string[] Screenshot = Environment.GetEnvironmentVariable("ICESHARP_SCREENSHOT")?.Split(' ') ?? [];

    [PeerFact("timeout", "namespaces", "coturn", "chromium")]
    public async Task Both_sides_show_the_same_selected_pair_before_and_after_a_restart()
    {
        await using NetworkLab lab = await NetworkLab.CreateAsync();
        NetworkNamespace servers = await lab.AddPublicHostAsync("coturn", CoturnAddress);
        NetworkNamespace host = await lab.AddHostBehindAsync(await lab.AddNatAsync("nat", "203.0.113.21", "10.1.0.1", NatKind.PortRestricted), "host");
        await using CoturnServer coturn = await CoturnServer.StartAsync(new CoturnOptions { Address = CoturnAddress }, servers);
        await using BrowserPeerProcess sample = await BrowserPeerProcess.StartAsync(
            host, "--stun", coturn.StunUri, "--turn", coturn.TurnUri, "--user", coturn.Options.User, "--password", coturn.Options.Password);
        await using ChildProcess browser = host.Start(
            "node", [PeerPrograms.SourceOf("node/browser-page.mjs"), sample.Page.ToString(), .. Screenshot], Deadline);

        int code = await browser.WaitForExitAsync();

        code.Should().Be(0, "{0}", browser.Output);
        browser.Output.Split(Environment.NewLine).Should().NotContain(line => line.StartsWith("error", StringComparison.Ordinal));
        (string before, string after) = (SelectedOf(browser, "connected"), SelectedOf(browser, "restarted"));
        before.Should().NotBe(after, "a restart has ports of its own");
        foreach (string pair in new[] { SelectedOf(browser, "hidden"), before, after })
        {
            pair.Split(' ').Should().HaveCount(2).And.OnlyContain(end => end.StartsWith("10.1.0.2:", StringComparison.Ordinal), "the direct path is the best one");
        }

        sample.Output.Should().NotContain("   at ", "no stack trace is shown");
    }

    [PeerFact("timeout")]
    public async Task Rubbish_is_answered_with_a_message_and_loses_nothing()
    {
        await using BrowserPeerProcess sample = await BrowserPeerProcess.StartAsync(null, "--loopback");
        using CancellationTokenSource deadline = new(Deadline);
        using ClientWebSocket page = new();
        await page.ConnectAsync(sample.Session, deadline.Token);
        string offer = Offer();

        (string Sent, string Answer)[] rubbish =
        [
            ("hello", "not JSON"), ("[]", "not JSON"), ("{}", "no type"), ("{\"type\":\"dance\"}", "'dance'"), ("{\"type\":\"offer\"}", "lacks"),
            ("{\"type\":\"restart\"}", "begins with an offer"), (Message("candidate", "candidate", "candidate:1 1 udp"), "begins with an offer"),
            (Message("offer", "sdp", "v=0\r\no=- 1"), "cannot be read"), (Message("offer", "sdp", offer[..(offer.Length / 2)]), "no ICE credentials"),
            (Message("offer", "sdp", offer.Replace("m=application", "m=audio", StringComparison.Ordinal)), "not about a data channel"),
        ];
        foreach ((string sent, string answer) in rubbish)
        {
            await SendAsync(page, sent, deadline.Token);
            (await ReadAsync(page, "fault", deadline.Token)).Should().Contain(answer, "'{0}' was sent", sent);
        }

        // The session can still begin, and what is wrong later changes nothing either.
        await SendAsync(page, Message("offer", "sdp", offer), deadline.Token);
        string first = await ReadAsync(page, "answer", deadline.Token);
        IceDescription.Parse(JsonDocument.Parse(first).RootElement.GetProperty("sdp").GetString()!).Streams[0].SupportsIce.Should().BeTrue();
        foreach ((string sent, string answer) in new[]
        {
            (Message("candidate", "candidate", "candidate:1 1 udp"), "No candidate"), (Message("answer", "sdp", offer), "No offer of ours waits"),
            (Message("offer", "sdp", "v=0"), "cannot be read"),
        })
        {
            await SendAsync(page, sent, deadline.Token);
            (await ReadAsync(page, "fault", deadline.Token)).Should().Contain(answer, "'{0}' was sent", sent);
        }

        await SendAsync(page, Message("offer", "sdp", offer), deadline.Token);
        await ReadAsync(page, "answer", deadline.Token);

        // A message without end is not waited for.
        await SendAsync(page, new string('x', 70_000), deadline.Token);
        (await ReadAsync(page, "fault", deadline.Token)).Should().Contain("longer than 65536 bytes");
        sample.Output.Should().NotContain("   at ", "no stack trace is shown");
    }

    [PeerFact("timeout")]
    public async Task Foreign_pages_and_foreign_names_are_refused()
    {
        await using BrowserPeerProcess sample = await BrowserPeerProcess.StartAsync(null);
        using CancellationTokenSource deadline = new(Deadline);
        using ClientWebSocket foreign = new();
        foreign.Options.SetRequestHeader("Origin", "http://example.org");
        using HttpClient client = new();
        using HttpRequestMessage renamed = new(HttpMethod.Get, sample.Page) { Headers = { Host = "example.org" } };

        Func<Task> connecting = () => foreign.ConnectAsync(sample.Session, deadline.Token);
        await connecting.Should().ThrowAsync<WebSocketException>();
        (await client.SendAsync(renamed, deadline.Token)).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await client.GetStringAsync(sample.Page, deadline.Token)).Should().Contain("<title>BrowserPeer</title>");
        (await client.GetAsync(new Uri(sample.Page, "/no-such-file"), deadline.Token)).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    // "LEFT RIGHT" where both sides name the same pair.
    private static string SelectedOf(ChildProcess browser, string what)
    {
        string line = browser.Output.Split(Environment.NewLine).Single(l => l.StartsWith($"{what} ", StringComparison.Ordinal));
        string[] sides = line[(what.Length + 1)..].Split(" | ");
        sides.Should().HaveCount(2);
        sides[0].Should().Be(sides[1]);
        return sides[0];
    }

    private static string Offer() => new IceDescription
    {
        Options = ["trickle"],
        Streams =
        [
            new IceStreamDescription
            {
                Mid = "0", Ufrag = "abcd", Password = "abcdefghijklmnopqrstuvwx", Media = new SdpMedia("application", "UDP/DTLS/SCTP", "webrtc-datachannel"),
            },
        ],
    }.ToSdp();

    private static string Message(string type, string name, string value) => JsonSerializer.Serialize(new Dictionary<string, string> { ["type"] = type, [name] = value });

    private static async Task SendAsync(ClientWebSocket page, string message, CancellationToken cancellationToken) =>
        await page.SendAsync(Encoding.UTF8.GetBytes(message), WebSocketMessageType.Text, endOfMessage: true, cancellationToken);

    // The next message of a type; candidates, events and views come in between.
    private static async Task<string> ReadAsync(ClientWebSocket page, string type, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[256 * 1024];
        while (true)
        {
            int length = 0;
            ValueWebSocketReceiveResult part;
            do
            {
                part = await page.ReceiveAsync(buffer.AsMemory(length), cancellationToken);
                length += part.Count;
            }
            while (!part.EndOfMessage);
            part.MessageType.Should().Be(WebSocketMessageType.Text, "'{0}' is waited for", type);
            string message = Encoding.UTF8.GetString(buffer, 0, length);
            using JsonDocument parsed = JsonDocument.Parse(message);
            if (parsed.RootElement.GetProperty("type").GetString() == type)
            {
                return type == "fault" ? parsed.RootElement.GetProperty("text").GetString()! : message;
            }
        }
    }
}
