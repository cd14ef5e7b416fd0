using System.Text.Json;
using IceSharp.Interop.Tests.Peers;
using IceSharp.Protocol.Stun;
using IceSharp.TestCertificates;
using IceSharp.TestServers;

namespace IceSharp.Interop.Tests.Doctor;

/// <summary>The tool as scripts and people use it.</summary>
public sealed class IceDoctorTests
{
    [PeerFact("timeout")]
    public async Task An_answer_is_a_table_for_people()
    {
        await using UdpTestServer server = new(StunReplies.Success);

        DoctorRun run = await DoctorRun.StartAsync("stun", $"stun:{server.EndPoint}");

        run.Code.Should().Be(0, run.Output);
        run.Output.Should().Contain("Mapped address").And.Contain(server.Received.First().Client.ToString());
        run.Output.Should().NotContain("\u001b", "no control codes go into a pipe");
    }

    [PeerFact("timeout")]
    public async Task An_answer_is_an_object_for_scripts()
    {
        await using UdpTestServer server = new(StunReplies.Success);

        DoctorRun run = await DoctorRun.StartAsync("stun", $"stun:{server.EndPoint}", "--json");

        run.Code.Should().Be(0, run.Output);
        run.Json.GetProperty("ok").GetBoolean().Should().BeTrue();
        run.Json.GetProperty("mappedAddress").GetString().Should().Be(server.Received.First().Client.ToString());
        run.Json.GetProperty("transport").GetString().Should().Be("Udp");
        run.Json.GetProperty("attempts").GetArrayLength().Should().Be(1);
    }

    [PeerFact("timeout")]
    public async Task An_error_of_the_server_is_code_3()
    {
        await using UdpTestServer server = new((m, _) => StunReplies.Error(m, 403));

        DoctorRun run = await DoctorRun.StartAsync("stun", $"stun:{server.EndPoint}", "--json");

        run.Code.Should().Be(3, run.Output);
        run.Json.GetProperty("errorCode").GetInt32().Should().Be(403);
    }

    [PeerFact("timeout")]
    public async Task Silence_is_code_1()
    {
        await using UdpTestServer server = new((_, _) => null);

        DoctorRun run = await DoctorRun.StartAsync("stun", $"stun:{server.EndPoint}", "--transport", "udp", "--timeout", "1", "--json");

        run.Code.Should().Be(1, run.Output);
        run.Json.GetProperty("error").GetString().Should().Be("ServerSilent");
    }

    [PeerFact("timeout")]
    public async Task A_refused_certificate_is_code_4_and_its_authority_can_be_given()
    {
        using TestAuthority authority = new();
        await using TcpTestServer server = new(TcpTestServer.AnswerAllAsync, authority.Issue("localhost"));
        string file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, authority.Root.ExportCertificatePem());
            string uri = $"stuns:localhost:{server.EndPoint.Port}";

            DoctorRun refused = await DoctorRun.StartAsync("stun", uri, "--json");
            DoctorRun accepted = await DoctorRun.StartAsync("stun", uri, "--json", "--ca", file);

            refused.Code.Should().Be(4, refused.Output);
            refused.Json.GetProperty("tlsFailure").GetString().Should().Be("UntrustedRoot");
            accepted.Code.Should().Be(0, accepted.Output);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [PeerFact("timeout")]
    public async Task Wrong_credentials_are_code_3_and_the_password_is_never_shown()
    {
        await using UdpTestServer server = new((m, _) => StunReplies.Error(m, 401, (ref StunWriter w) =>
        {
            w.AddText(StunAttributeType.Realm, "icesharp.test");
            w.AddText(StunAttributeType.Nonce, "f//499k954d6OL34oL9FSTvy64sA");
        }));

        DoctorRun run = await DoctorRun.StartAsync(["ICE_DOCTOR_PASSWORD=hunter2"], ["stun", $"stun:{server.EndPoint}", "--user", "alice"]);

        run.Code.Should().Be(3, run.Output);
        run.Output.Should().Contain("Unauthorized").And.NotContain("hunter2");
    }

    [PeerTheory("timeout")]
    [InlineData]
    [InlineData("dance")]
    [InlineData("stun")]
    [InlineData("stun", "http://example.org")]
    [InlineData("stun", "stun:a", "stun:b")]
    [InlineData("stun", "stun:a", "--lifetime")]
    [InlineData("stun", "stun:a", "--timeout", "0")]
    [InlineData("stun", "stun:a", "--ca")]
    [InlineData("nat", "turn:a")]
    public async Task A_command_line_without_sense_is_code_2_with_the_usage(params string[] arguments)
    {
        DoctorRun run = await DoctorRun.StartAsync(arguments);

        run.Code.Should().Be(2, run.Output);
        run.Output.Should().Contain("ice-doctor stun URI");
    }

    [PeerFact("timeout")]
    public async Task A_probe_without_a_second_address_says_what_it_can()
    {
        await using UdpTestServer server = new(StunReplies.Success);

        DoctorRun run = await DoctorRun.StartAsync("nat", $"stun:{server.EndPoint}", "--json");

        run.Code.Should().Be(0, run.Output);
        run.Json.GetProperty("mapping").GetString().Should().Be("NoNat");
        run.Json.GetProperty("summary").ValueKind.Should().Be(JsonValueKind.String);
    }
}
