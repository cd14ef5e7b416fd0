using System.Text.Json;
using IceSharp.Interop.Tests.Coturn;
using IceSharp.Interop.Tests.Peers;
using IceSharp.TestCertificates;

namespace IceSharp.Interop.Tests.Doctor;

/// <summary>"ice-doctor turn" against coturn.</summary>
public sealed class IceDoctorTurnTests
{
    [PeerFact("coturn", "timeout")]
    public async Task Each_transport_is_tried_and_told_of_in_a_line()
    {
        using TestAuthority authority = new();
        await using CoturnServer coturn = await CoturnServer.StartAsync(new CoturnOptions { OffersTcp = true, Certificate = authority.Issue("localhost") });
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, authority.Root.ExportCertificatePem());
            string[] uris = [$"turn:127.0.0.1:{coturn.Port}", $"turns:localhost:{coturn.TlsPort}"];

            DoctorRun run = await RunAsync(coturn.Options.Password, ["turn", .. uris, "--user", coturn.Options.User, "--ca", file, "--json"]);
            DoctorRun people = await RunAsync(coturn.Options.Password, ["turn", uris[0], "--user", coturn.Options.User, "--transport", "udp"]);

            JsonElement[] lines = [.. run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement)];
            run.Code.Should().Be(0, run.Output);
            lines.Select(l => l.GetProperty("transport").GetString()).Should().Equal("Udp", "Tcp", "Tls");
            lines.Should().OnlyContain(l => l.GetProperty("ok").GetBoolean() && l.GetProperty("relayMs").GetDouble() > 0, run.Output);
            people.Code.Should().Be(0, people.Output);
            people.Output.Should().Contain("ok").And.Contain("allocated in").And.NotContain(coturn.Options.Password);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [PeerFact("coturn", "timeout")]
    public async Task What_fails_says_why_in_one_sentence()
    {
        await using CoturnServer coturn = await CoturnServer.StartAsync(new CoturnOptions());

        DoctorRun run = await RunAsync("wrong", ["turn", $"turn:127.0.0.1:{coturn.Port}", "--user", coturn.Options.User, "--transport", "udp"]);

        run.Code.Should().Be(3, run.Output);
        run.Output.Should().Contain("failed").And.Contain("the server refuses user");
    }

    private static Task<DoctorRun> RunAsync(string password, string[] arguments) => DoctorRun.StartAsync([$"ICE_DOCTOR_PASSWORD={password}"], arguments);
}
