using System.Net;
using System.Security.Cryptography.X509Certificates;
using IceSharp.Interop.Tests.Peers;
using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Credentials;
using IceSharp.TestCertificates;
using IceSharp.TestMarks;

namespace IceSharp.Interop.Tests.Coturn;

/// <summary>The STUN client against coturn on loopback over UDP, TCP and TLS.</summary>
public sealed class CoturnStunClientTests : IDisposable
{
    // The system resolves it to loopback everywhere (RFC 6761 §6.3).
    private const string Name = "localhost";

    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly TestAuthority _authority = new();

    [PeerFact("coturn")]
    public async Task Coturn_answers_over_UDP_and_TCP()
    {
        await using CoturnServer coturn = await CoturnServer.StartAsync(new CoturnOptions { OffersTcp = true });
        await using StunClient client = new();
        using CancellationTokenSource deadline = new(Deadline);
        var server = new IPEndPoint(IPAddress.Loopback, coturn.Port);

        StunBinding udp = await client.BindAsync(StunUri.Parse(coturn.StunUri), deadline.Token);
        StunBinding tcp = await client.BindAsync(server, StunUriTransport.Tcp, deadline.Token);
        StunBinding again = await client.BindAsync(server, StunUriTransport.Tcp, deadline.Token);

        udp.MappedAddress.Should().Be(udp.LocalAddress);
        tcp.MappedAddress.Should().Be(tcp.LocalAddress);
        again.LocalAddress.Should().Be(tcp.LocalAddress, "the connection is used again");
        udp.Software.Should().StartWith("Coturn");
    }

    [PeerFact("coturn")]
    [Rfc("STUN-8489-6.2.3-a")]
    public async Task Coturn_answers_over_TLS_with_the_right_name()
    {
        await using CoturnServer coturn = await StartAsync(_authority.Issue(Name));

        StunBinding binding = await BindAsync(coturn);

        binding.Transport.Should().Be(StunUriTransport.Tls);
        binding.MappedAddress.Should().Be(binding.LocalAddress);
    }

    [PeerFact("coturn")]
    [Rfc("STUN-8489-6.2.3-a")]
    public async Task Coturn_with_another_name_is_refused()
    {
        await using CoturnServer coturn = await StartAsync(_authority.Issue("another.example"));

        (await FailureAsync(coturn)).TlsFailure.Should().Be(IceTlsFailure.NameMismatch);
    }

    [PeerFact("coturn")]
    [Rfc("STUN-8489-6.2.3-a")]
    public async Task Coturn_with_an_expired_certificate_is_refused()
    {
        await using CoturnServer coturn = await StartAsync(_authority.IssueExpired(Name));

        (await FailureAsync(coturn)).TlsFailure.Should().Be(IceTlsFailure.Expired);
    }

    [PeerFact("coturn")]
    [Rfc("STUN-8489-6.2.3-a")]
    public async Task Coturn_with_a_certificate_signed_by_itself_is_refused()
    {
        await using CoturnServer coturn = await StartAsync(_authority.SelfSigned(Name));

        (await FailureAsync(coturn)).TlsFailure.Should().Be(IceTlsFailure.SelfSigned);
    }

    [PeerFact("coturn")]
    [Rfc("STUN-8489-9.2.5-b")]
    public async Task Coturn_that_wants_credentials_for_Binding_gets_them()
    {
        await using CoturnServer coturn = await CoturnServer.StartAsync(new CoturnOptions { OffersTcp = true, ExtraArguments = ["--secure-stun"] });
        await using StunClient right = new(new StunClientOptions { LongTermCredential = new(coturn.Options.User, coturn.Options.Password) });
        await using StunClient wrong = new(new StunClientOptions { LongTermCredential = new(coturn.Options.User, "wrong") });
        await using StunClient none = new();
        using CancellationTokenSource deadline = new(Deadline);
        var server = new IPEndPoint(IPAddress.Loopback, coturn.Port);

        (await right.BindAsync(server, StunUriTransport.Udp, deadline.Token)).MappedAddress.Address.Should().Be(IPAddress.Loopback);
        (await right.BindAsync(server, StunUriTransport.Tcp, deadline.Token)).MappedAddress.Address.Should().Be(IPAddress.Loopback);
        Func<Task> refused = () => wrong.BindAsync(server, StunUriTransport.Udp, deadline.Token), rejected = () => none.BindAsync(server, StunUriTransport.Udp, deadline.Token);
        (await refused.Should().ThrowAsync<StunException>()).Which.AuthenticationFailure.Should().Be(LongTermFailure.Unauthorized);
        (await rejected.Should().ThrowAsync<StunException>()).Which.ErrorCode.Should().Be(401);
    }

    public void Dispose() => _authority.Dispose();

    private static Task<CoturnServer> StartAsync(X509Certificate2 certificate) =>
        CoturnServer.StartAsync(new CoturnOptions { OffersTcp = true, Certificate = certificate });

    private async Task<StunBinding> BindAsync(CoturnServer coturn)
    {
        await using StunClient client = new(new StunClientOptions { Tls = new IceTlsOptions { TrustedRoots = [_authority.Root] } });
        using CancellationTokenSource deadline = new(Deadline);
        return await client.BindAsync(StunUri.Parse($"stuns:{Name}:{coturn.TlsPort}"), deadline.Token);
    }

    private async Task<StunException> FailureAsync(CoturnServer coturn)
    {
        Func<Task> bind = () => BindAsync(coturn);
        return (await bind.Should().ThrowAsync<StunException>(coturn.Log)).Which;
    }
}
