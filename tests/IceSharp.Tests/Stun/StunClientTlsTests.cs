using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using IceSharp.Protocol.Dns;
using IceSharp.Protocol.Stun;
using IceSharp.TestCertificates;
using IceSharp.TestMarks;
using IceSharp.TestServers;

namespace IceSharp.Tests.Stun;

public sealed class StunClientTlsTests : IDisposable
{
    private readonly TestAuthority _authority = new();

    [Fact]
    [Rfc("STUN-8489-6.2.3-a")]
    public async Task A_trusted_certificate_for_the_right_name_is_accepted()
    {
        await using TcpTestServer server = Serve(_authority.Issue("stun.example.test"));

        StunBinding binding = await BindAsync(server, "stun.example.test");

        binding.Transport.Should().Be(StunUriTransport.Tls);
        server.Secured.Should().Be(1);
    }

    [Fact]
    [Rfc("STUN-8489-6.2.3-a")]
    public async Task A_certificate_for_another_name_is_refused_before_a_byte_is_sent()
    {
        await using TcpTestServer server = Serve(_authority.Issue("other.example.test"));

        await ShouldFailAsync(server, IceTlsFailure.NameMismatch);
    }

    [Fact]
    [Rfc("STUN-8489-6.2.3-a")]
    public async Task An_expired_certificate_is_refused()
    {
        await using TcpTestServer server = Serve(_authority.IssueExpired("stun.example.test"));

        await ShouldFailAsync(server, IceTlsFailure.Expired);
    }

    [Fact]
    public async Task A_certificate_of_the_future_is_refused()
    {
        await using TcpTestServer server = Serve(_authority.Issue("stun.example.test", DateTimeOffset.UtcNow.AddDays(1)));

        await ShouldFailAsync(server, IceTlsFailure.NotYetValid);
    }

    [Fact]
    public async Task A_certificate_that_is_not_for_servers_is_refused()
    {
        await using TcpTestServer server = Serve(_authority.Issue("stun.example.test", purpose: "1.3.6.1.5.5.7.3.2"));

        await ShouldFailAsync(server, IceTlsFailure.WrongUsage);
    }

    [Fact]
    [Rfc("STUN-8489-6.2.3-a")]
    public async Task A_certificate_signed_by_itself_is_refused()
    {
        await using TcpTestServer server = Serve(_authority.SelfSigned("stun.example.test"));

        await ShouldFailAsync(server, IceTlsFailure.SelfSigned);
    }

    [Fact]
    [Rfc("STUN-8489-6.2.3-a")]
    public async Task A_certificate_of_an_authority_that_is_not_trusted_is_refused()
    {
        using var other = new TestAuthority();
        await using TcpTestServer server = Serve(other.Issue("stun.example.test"));

        await ShouldFailAsync(server, IceTlsFailure.UntrustedRoot);
    }

    [Fact]
    public async Task Without_roots_of_its_own_the_client_trusts_those_of_the_system_only()
    {
        await using TcpTestServer server = Serve(_authority.Issue("stun.example.test"));

        await ShouldFailAsync(server, IceTlsFailure.UntrustedRoot, new IceTlsOptions());
    }

    [Theory]
    [InlineData("a.example.test", true)]
    [InlineData("a.b.example.test", false)]
    [InlineData("example.test", false)]
    [Rfc("STUN-8489-6.2.3-b")]
    public async Task A_wildcard_stands_for_one_whole_label(string name, bool matches)
    {
        await using TcpTestServer server = Serve(_authority.Issue("*.example.test"));

        Task<StunBinding> call = BindAsync(server, name);

        if (matches)
        {
            (await call).MappedAddress.Should().NotBeNull();
        }
        else
        {
            (await StunClientUdpTests.FailureAsync(call)).TlsFailure.Should().Be(IceTlsFailure.NameMismatch);
        }
    }

    [Theory]
    [InlineData("example.test", true)]
    [InlineData("host.provider.test", false)]
    [Rfc("STUN-8489-6.2.3-d")]
    public async Task The_certificate_must_prove_the_name_of_the_URI_and_not_where_SRV_led(string name, bool matches)
    {
        await using TcpTestServer server = Serve(_authority.Issue(name));
        TableResolver names = TableResolver.Loopback("host.provider.test");
        names.Services["_stuns._tcp.example.test"] = [new SrvRecord(0, 0, (ushort)server.EndPoint.Port, "host.provider.test")];
        await using var client = new StunClient(Options() with { NameResolver = names });

        Task<StunBinding> call = client.BindAsync(StunUri.Parse("stuns:example.test"));

        if (matches)
        {
            (await call).Server.Should().Be(server.EndPoint);
        }
        else
        {
            (await StunClientUdpTests.FailureAsync(call)).TlsFailure.Should().Be(IceTlsFailure.NameMismatch);
        }
    }

    [Fact]
    [Rfc("STUN-8489-8.1-a")]
    public async Task A_secure_URI_with_an_address_needs_a_name_to_verify()
    {
        await using TcpTestServer server = Serve(_authority.Issue("stun.example.test"));
        StunUri uri = StunUri.Parse($"stuns:127.0.0.1:{server.EndPoint.Port}");
        await using var client = new StunClient(Options());
        await using var named = new StunClient(Options() with { Tls = Options().Tls with { VerificationName = "stun.example.test" } });

        (await StunClientUdpTests.FailureAsync(client.BindAsync(uri))).Error.Should().Be(IceError.TlsFailed);
        server.Connections.Should().Be(0);
        (await named.BindAsync(uri)).MappedAddress.Should().NotBeNull();
        Func<Task> misuse = () => client.BindAsync(server.EndPoint, StunUriTransport.Tls);
        await misuse.Should().ThrowAsync<ArgumentException>();
    }

    [Theory]
    [InlineData(TlsCipherSuite.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, true)]
    [InlineData(TlsCipherSuite.TLS_RSA_WITH_RC4_128_SHA, false)]
    [InlineData(TlsCipherSuite.TLS_RSA_WITH_3DES_EDE_CBC_SHA, false)]
    [Rfc("STUN-8489-6.2.3-c")]
    [Rfc("STUN-8489-6.2.3-e")]
    public async Task Suites_with_forward_secrecy_are_shared_and_weak_ones_are_not(TlsCipherSuite suite, bool isShared)
    {
        await using var server = new TcpTestServer(TcpTestServer.AnswerAllAsync, _authority.IssueRsa("stun.example.test"), onlySuite: suite);

        if (isShared)
        {
            (await BindAsync(server, "stun.example.test")).MappedAddress.Should().NotBeNull();
        }
        else
        {
            await ShouldFailAsync(server, IceTlsFailure.Handshake);
        }
    }

    [Fact]
    public async Task The_applications_own_check_has_the_last_word()
    {
        await using TcpTestServer selfSigned = Serve(_authority.SelfSigned("stun.example.test"));
        await using TcpTestServer good = Serve(_authority.Issue("stun.example.test"));
        IceCertificateCheck? seen = null;
        IceTlsOptions accepts = Options().Tls with { ValidateCertificate = check => { seen = check; return true; } };
        IceTlsOptions refuses = Options().Tls with { ValidateCertificate = _ => false };

        (await BindAsync(selfSigned, "stun.example.test", accepts)).MappedAddress.Should().NotBeNull();
        seen!.Failure.Should().Be(IceTlsFailure.SelfSigned);
        seen.ServerName.Should().Be("stun.example.test");
        await ShouldFailAsync(good, IceTlsFailure.RejectedByApplication, refuses);
    }

    [Fact]
    public async Task Where_the_options_demand_it_an_unknown_revocation_status_is_a_refusal()
    {
        await using TcpTestServer server = Serve(_authority.Issue("stun.example.test"));

        await ShouldFailAsync(server, IceTlsFailure.RevocationUnknown, Options().Tls with { RequireRevocationStatus = true });
    }

    [Fact]
    public async Task A_server_that_asks_gets_the_clients_certificate()
    {
        X509Certificate2 own = _authority.Issue("client.test", purpose: "1.3.6.1.5.5.7.3.2");
        string? shown = null;
        await using var server = new TcpTestServer(
            async connection =>
            {
                shown = connection.ClientCertificate?.Subject;
                await TcpTestServer.AnswerAllAsync(connection);
            },
            _authority.Issue("stun.example.test"),
            asksForCertificate: true);

        await BindAsync(server, "stun.example.test", Options().Tls with { ClientCertificates = [own] });

        shown.Should().Be("CN=client.test");
    }

    [Fact]
    public async Task A_server_that_does_not_speak_TLS_is_a_failed_handshake()
    {
        await using var server = new TcpTestServer(async connection => await connection.WriteAsync("220 mail ready\r\n"u8.ToArray()));

        await ShouldFailAsync(server, IceTlsFailure.Handshake);
    }

    [Fact]
    public async Task A_server_that_never_shakes_hands_is_given_up_in_time()
    {
        await using var server = new TcpTestServer(async connection => await connection.EndsAsync());
        await using var client = new StunClient(Options() with { NameResolver = TableResolver.Loopback("stun.example.test"), ConnectTimeout = TimeSpan.FromMilliseconds(200) });

        StunException failure = await StunClientUdpTests.FailureAsync(client.BindAsync(StunUri.Parse($"stuns:stun.example.test:{server.EndPoint.Port}")));

        failure.Error.Should().Be(IceError.ServerUnreachable);
    }

    [Fact]
    public async Task DTLS_without_a_factory_is_a_typed_error()
    {
        await using var client = new StunClient(new StunClientOptions { Transports = [StunUriTransport.Dtls], NameResolver = TableResolver.Loopback("stun.example.test") });

        (await StunClientUdpTests.FailureAsync(client.BindAsync(StunUri.Parse("stuns:stun.example.test")))).Error.Should().Be(IceError.TransportNotSupported);
    }

    public void Dispose() => _authority.Dispose();

    private StunClientOptions Options() => new() { Tls = new IceTlsOptions { TrustedRoots = [_authority.Root] } };

    private static TcpTestServer Serve(X509Certificate2 certificate) => new(TcpTestServer.AnswerAllAsync, certificate);

    private async Task<StunBinding> BindAsync(TcpTestServer server, string name, IceTlsOptions? tls = null)
    {
        await using var client = new StunClient(Options() with { NameResolver = TableResolver.Loopback(name), Tls = tls ?? Options().Tls });
        return await client.BindAsync(StunUri.Parse($"stuns:{name}:{server.EndPoint.Port}"));
    }

    private async Task ShouldFailAsync(TcpTestServer server, IceTlsFailure expected, IceTlsOptions? tls = null)
    {
        StunException failure = await StunClientUdpTests.FailureAsync(BindAsync(server, "stun.example.test", tls));

        failure.TlsFailure.Should().Be(expected);
        failure.Error.Should().Be(IceError.TlsFailed);
        failure.Report.Attempts.Should().ContainSingle();
        server.Secured.Should().Be(0, "no byte of the application may leave before the certificate is accepted");
    }
}
