using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Credentials;
using IceSharp.TestMarks;
using static IceSharp.Protocol.Tests.Credentials.CredentialBench;

namespace IceSharp.Protocol.Tests.Credentials;

public sealed class AlternateServerTests
{
    private static readonly TransportAddress First = TransportAddress.Parse("192.0.2.1:3478");
    private static readonly TransportAddress Second = TransportAddress.Parse("192.0.2.2:3478");
    private static readonly TransportAddress OverIPv6 = TransportAddress.Parse("[2001:db8::1]:3478");

    private readonly AlternateServerGuard _guard = new(At(0), First, "turn.example.org");

    [Fact]
    [Rfc("STUN-8489-10-f")]
    public void The_address_of_the_sockets_family_is_taken_wherever_it_stands()
    {
        Decide(0, Redirect(OverIPv6, Second), IpFamily.IPv4, out AlternateServer target).Should().Be(AlternateServerOutcome.Follow);
        target.Address.Should().Be(Second);
        Decide(0, Redirect(Second, OverIPv6), IpFamily.IPv6, out target).Should().Be(AlternateServerOutcome.Follow);
        target.Address.Should().Be(OverIPv6);
    }

    [Fact]
    [Rfc("STUN-8489-10-f")]
    public void Without_a_usable_address_of_that_family_the_redirection_ends_the_request()
    {
        Decide(0, Redirect(OverIPv6), IpFamily.IPv4, out _).Should().Be(AlternateServerOutcome.NoAddress);
        Decide(0, Redirect(), IpFamily.IPv4, out _).Should().Be(AlternateServerOutcome.NoAddress);
        Decide(0, Redirect(TransportAddress.Parse("192.0.2.2:0")), IpFamily.IPv4, out _).Should().Be(AlternateServerOutcome.NoAddress);
        Decide(0, Redirect(TransportAddress.Parse("0.0.0.0:3478")), IpFamily.IPv4, out _).Should().Be(AlternateServerOutcome.NoAddress);
        Decide(0, Redirect(TransportAddress.Parse("224.0.0.1:3478")), IpFamily.IPv4, out _).Should().Be(AlternateServerOutcome.NoAddress);
    }

    [Fact]
    [Rfc("STUN-8489-10-d")]
    public void The_certificate_must_have_the_domain_that_was_sent_or_else_the_original_name()
    {
        Decide(0, Redirect(Second), IpFamily.IPv4, out AlternateServer target);
        target.CertificateName.Should().Be("turn.example.org");
        Decide(0, Vector("int-26"), IpFamily.IPv4, out target).Should().Be(AlternateServerOutcome.Follow);
        target.CertificateName.Should().Be(TextOf(Vector("int-26"), StunAttributeType.AlternateDomain));
        Decide(400, Redirect(Second), IpFamily.IPv4, out target).Should().Be(AlternateServerOutcome.Follow);
        target.CertificateName.Should().Be("turn.example.org");
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("evil\0.example.org")]
    [InlineData("caf\u00E9.example.org")]
    public void A_domain_that_is_no_host_name_ends_the_request(string domain)
    {
        byte[] response = Error(Plain, 300, (ref StunWriter w) =>
        {
            w.AddAddress(StunAttributeType.AlternateServer, Second);
            w.AddBytes(StunAttributeType.AlternateDomain, System.Text.Encoding.UTF8.GetBytes(domain));
        });

        Decide(0, response, IpFamily.IPv4, out _).Should().Be(AlternateServerOutcome.BadDomain);
    }

    [Fact]
    [Rfc("STUN-8489-10-e")]
    public void Servers_that_point_at_each_other_are_asked_once_each_within_five_minutes()
    {
        Decide(1, Redirect(Second), IpFamily.IPv4, out _).Should().Be(AlternateServerOutcome.Follow);
        Decide(2, Redirect(First), IpFamily.IPv4, out _).Should().Be(AlternateServerOutcome.Loop);
        Decide(2, Redirect(Second), IpFamily.IPv4, out _).Should().Be(AlternateServerOutcome.Loop);
        Decide(300, Redirect(First), IpFamily.IPv4, out _).Should().Be(AlternateServerOutcome.Loop);
        Decide(301, Redirect(First), IpFamily.IPv4, out _).Should().Be(AlternateServerOutcome.Follow);
    }

    [Fact]
    [Rfc("STUN-8489-10-e")]
    public void A_mapped_address_does_not_hide_a_loop()
    {
        var guard = new AlternateServerGuard(At(0), TransportAddress.Parse("[::ffff:192.0.2.2]:3478"));

        guard.Decide(At(1), Read(Redirect(Second)), true, IpFamily.IPv4, out _).Should().Be(AlternateServerOutcome.Loop);
    }

    [Fact]
    [Rfc("STUN-8489-10-f")]
    public void A_sixth_redirection_is_not_followed()
    {
        for (int i = 1; i <= 5; i++)
        {
            Decide(i * 1000, Redirect(TransportAddress.Parse($"192.0.2.{10 + i}:3478")), IpFamily.IPv4, out _).Should().Be(AlternateServerOutcome.Follow);
        }

        Decide(6000, Redirect(TransportAddress.Parse("192.0.2.99:3478")), IpFamily.IPv4, out _).Should().Be(AlternateServerOutcome.TooMany);
    }

    [Fact]
    [Rfc("STUN-8489-14.8-e")]
    public void A_redirection_that_was_not_verified_is_not_followed() =>
        _guard.Decide(At(0), Read(Redirect(Second)), isAuthenticated: false, IpFamily.IPv4, out _).Should().Be(AlternateServerOutcome.NotAuthenticated);

    [Fact]
    [Rfc("STUN-8489-10-c")]
    [Rfc("STUN-8489-10-g")]
    public void The_next_server_gets_the_same_user_and_password_and_nothing_of_realm_and_nonce()
    {
        using var client = new LongTermAuthenticator(new LongTermCredential(User, Password));
        var attempt = new LongTermAttempt();
        client.Authenticate(attempt, AlgorithmsNonce, Both);
        using LongTermAuthenticator next = client.CreateForRedirect();

        Read(next.Request(attempt)).Bytes.Length.Should().Be(20);
        byte[] request = next.Authenticate(attempt, PlainNonce);
        TextOf(request, StunAttributeType.Username).Should().Be(User);
        using StunIntegrityKey key = LongTermKey.Derive(StunPasswordAlgorithm.Md5, User, Realm, Password);
        Read(request).VerifyIntegrity(key).Should().Be(StunIntegrityStatus.Ok);
    }

    private static byte[] Plain
    {
        get
        {
            var writer = new StunWriter(new byte[20], StunMethod.Binding, StunClass.Request, new StunTransactionId(3, 4));
            return writer.Written.ToArray();
        }
    }

    private static MonotonicTime At(double seconds) => MonotonicTime.Zero + TimeSpan.FromSeconds(seconds);

    private static byte[] Redirect(params TransportAddress[] servers) => Error(Plain, 300, (ref StunWriter w) =>
    {
        foreach (TransportAddress server in servers)
        {
            w.AddAddress(StunAttributeType.AlternateServer, server);
        }
    });

    private AlternateServerOutcome Decide(double seconds, byte[] response, IpFamily family, out AlternateServer target) =>
        _guard.Decide(At(seconds), Read(response), isAuthenticated: true, family, out target);
}
