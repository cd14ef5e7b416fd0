using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using IceSharp.Interop.Tests.Peers;
using IceSharp.Interop.Tests.Processes;
using IceSharp.Protocol.Turn;
using IceSharp.TestServers;

namespace IceSharp.Interop.Tests.Coturn;

/// <summary>Third-party authorization (RFC 7635) against coturn, with tokens that its own <c>turnutils_oauth</c> makes.</summary>
public sealed class CoturnTokenTests : IDisposable
{
    private const string KeyId = "north", ServerName = "turn.example";

    // RFC 7635 signs with the whole mac_key, and coturn takes only one of 20 bytes; but as it does with keys of passwords, it signs with the first 16.
    private const int CoturnKeyBytes = 16;

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly string _directory = Directory.CreateTempSubdirectory("icesharp-oauth-").FullName;
    private readonly string _key = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
    private readonly string _now = DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);

    [PeerTheory("coturn", "sqlite3")]
    [InlineData("A256GCM", "udp")]
    [InlineData("A128GCM", "udp")]
    [InlineData("A256GCM", "tcp")]
    public async Task A_token_opens_the_relay(string algorithm, string transport)
    {
        await using CoturnServer coturn = await StartAsync(algorithm);
        await using EchoPeer peer = new();
        TurnTokenRequest? asked = null;
        await using TurnClient client = new(new TurnClientOptions { FetchAccessToken = async (request, _) => await MakeAsync(asked = request, algorithm) });
        using CancellationTokenSource deadline = new(Deadline);

        await using TurnAllocation relay = await client.AllocateAsync(Server(coturn, transport), null, deadline.Token);
        await relay.SendToAsync("hello"u8.ToArray(), peer.EndPoint, deadline.Token);
        TurnReceiveResult received = await relay.ReceiveFromAsync(new byte[100], deadline.Token);

        asked!.ServerName.Should().Be(ServerName);
        received.Length.Should().Be(5);
        peer.LastSource.Should().Be(relay.RelayedAddress);
    }

    [PeerFact("coturn", "sqlite3")]
    public async Task A_token_for_another_server_is_refused()
    {
        await using CoturnServer coturn = await StartAsync("A256GCM");
        await using TurnClient client = new(new TurnClientOptions { FetchAccessToken = async (request, _) => await MakeAsync(request with { ServerName = "other.example" }, "A256GCM") });
        using CancellationTokenSource deadline = new(Deadline);

        Func<Task> allocate = () => client.AllocateAsync(Server(coturn, "udp"), null, deadline.Token);

        (await allocate.Should().ThrowAsync<TurnException>()).Which.Failure.Should().Be(TurnFailure.Unauthorized);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static IceServer Server(CoturnServer coturn, string transport) =>
        IceServer.Turn(string.Create(CultureInfo.InvariantCulture, $"turn:127.0.0.1:{coturn.Port}?transport={transport}"));

    private async Task<CoturnServer> StartAsync(string algorithm)
    {
        string database = Path.Combine(_directory, "keys");
        string columns = "kid varchar(128), ikm_key varchar(256), timestamp bigint, lifetime integer, as_rs_alg varchar(64), realm varchar(127), primary key (kid)";
        await RunAsync("sqlite3", database, $"create table oauth_key ({columns}); insert into oauth_key values ('{KeyId}', '{_key}', {_now}, 3600, '{algorithm}', 'icesharp.test');");
        return await CoturnServer.StartAsync(new CoturnOptions { OffersTcp = true, ExtraArguments = ["--oauth", $"--server-name={ServerName}", $"--userdb={database}"] });
    }

    private async Task<TurnAccessToken> MakeAsync(TurnTokenRequest request, string algorithm)
    {
        string macKey = Convert.ToBase64String(Encoding.ASCII.GetBytes(RandomNumberGenerator.GetHexString(20)));
        string nonce = Convert.ToBase64String(RandomNumberGenerator.GetBytes(12));
        string text = await RunAsync(
            "turnutils_oauth", "-v", "-e", "--server-name", request.ServerName, "--auth-key-id", KeyId, "--auth-key", _key, "--auth-key-timestamp", _now, "--auth-key-lifetime", "3600",
            "--auth-key-as-rs-alg", algorithm, "--token-nonce", nonce, "--token-mac-key", macKey, "--token-lifetime", "600");
        JsonElement token = JsonDocument.Parse(text).RootElement;
        byte[] signingKey = Encoding.ASCII.GetBytes(token.GetProperty("key").GetString()!)[..CoturnKeyBytes];
        return new TurnAccessToken(token.GetProperty("kid").GetString()!, token.GetProperty("access_token").GetBytesFromBase64(), signingKey, TimeSpan.FromSeconds(600));
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(ToolPath.Require(program), arguments) { RedirectStandardOutput = true })!;
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.Should().Be(0, output);
        return output;
    }
}
