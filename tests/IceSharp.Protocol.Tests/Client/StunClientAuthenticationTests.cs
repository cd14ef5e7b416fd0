using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Client;
using IceSharp.Protocol.Stun.Credentials;
using IceSharp.TestMarks;
using static IceSharp.Protocol.Tests.Credentials.CredentialBench;

namespace IceSharp.Protocol.Tests.Client;

public sealed class StunClientAuthenticationTests
{
    private static readonly TransportAddress Alternate = TransportAddress.Parse("192.0.2.20:3478");

    private static readonly StunClientSettings LongTerm = new() { LongTermCredential = new LongTermCredential(User, Password) };
    private static readonly StunClientSettings ShortTerm = new() { ShortTermCredential = new ShortTermCredential(User, Password) };

    private readonly StunIntegrityKey _key = StunIntegrityKey.LongTermMd5(User, Realm, Password);
    private readonly StunIntegrityKey _shortKey = StunIntegrityKey.ShortTerm(Password);

    [Fact]
    [Rfc("STUN-8489-9.2.3.1-a")]
    [Rfc("STUN-8489-9.2.5-b")]
    [Rfc("STUN-8489-9.2.3.2-a")]
    public void A_challenge_is_answered_and_later_requests_need_none()
    {
        using var bench = new ClientBench(LongTerm);
        bench.Start(0);
        byte[] first = bench.Next(0)!;
        first.Should().HaveCount(20);

        bench.Answer(10, Challenge(first, 401, PlainNonce, Realm));
        byte[] second = bench.Next(10)!;
        Read(second).VerifyIntegrity(_key).Should().Be(StunIntegrityStatus.Ok);
        bench.Answer(20, Signed(second, _key));

        bench.Outcome().Should().BeEquivalentTo(new { Error = StunRequestError.None, MappedAddress = ClientBench.Mapped, Transmissions = 2 });
        bench.Start(30);
        Read(bench.Next(30)!).VerifyIntegrity(_key).Should().Be(StunIntegrityStatus.Ok);
    }

    [Fact]
    [Rfc("STUN-8489-9.2.5-f")]
    public void A_second_401_ends_the_request()
    {
        using var bench = new ClientBench(LongTerm);
        bench.Start(0);
        bench.Answer(10, Challenge(bench.Next(0)!, 401, PlainNonce, Realm));
        bench.Answer(20, Challenge(bench.Next(10)!, 401, PlainNonce, Realm));

        bench.Next(20).Should().BeNull();
        bench.Outcome().Should().BeEquivalentTo(
            new { Error = StunRequestError.AuthenticationFailed, AuthenticationFailure = LongTermFailure.Unauthorized, ErrorCode = 401, Transmissions = 2 });
    }

    [Fact]
    [Rfc("STUN-8489-9.2.5-l")]
    public void Over_datagrams_a_response_with_wrong_integrity_is_dropped_and_remembered_as_the_outcome()
    {
        using var bench = new ClientBench(LongTerm);
        byte[] request = Authenticated(bench);

        bench.Answer(20, Signed(request, _shortKey)).Reason.Should().Be(DropReason.Unauthenticated);

        bench.RunOut().Should().HaveCount(6);
        bench.Outcome()!.Error.Should().Be(StunRequestError.IntegrityViolated);
    }

    [Fact]
    [Rfc("STUN-8489-9.2.5-l")]
    public void Over_a_stream_a_response_with_wrong_integrity_ends_the_request()
    {
        using var bench = new ClientBench(LongTerm, StunLinkKind.Stream);
        byte[] request = Authenticated(bench);

        bench.Answer(20, Signed(request, _shortKey));

        bench.Outcome()!.Error.Should().Be(StunRequestError.IntegrityViolated);
    }

    [Fact]
    [Rfc("STUN-8489-9.1.2-a")]
    public void Short_term_credentials_go_into_requests_and_indications()
    {
        using var bench = new ClientBench(ShortTerm);
        bench.Start(0);
        bench.Machine.SendIndication();
        List<byte[]> sent = bench.All(0);

        sent.Should().HaveCount(2);
        sent.Should().OnlyContain(m => Has(m, StunAttributeType.Username) && Read(m).VerifyIntegrity(_shortKey) == StunIntegrityStatus.Ok
            && Read(m).VerifyIntegritySha256(_shortKey, StunIntegrityBytes) == StunIntegrityStatus.Ok);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Rfc("STUN-8489-9.1.4-b")]
    public void Over_datagrams_short_term_forgeries_do_not_stop_the_repeats_and_are_the_outcome(bool signed)
    {
        using var bench = new ClientBench(ShortTerm);
        bench.Start(0);

        bench.Answer(100, signed ? Signed(bench.Next(0)!, _key) : ClientBench.Success(bench.Next(0)!)).Reason.Should().Be(DropReason.Unauthenticated);

        bench.RunOut().Select(c => c.At).Should().Equal(500, 1500, 3500, 7500, 15500, 31500);
        bench.Outcome()!.Error.Should().Be(StunRequestError.IntegrityViolated);
    }

    [Theory]
    [Rfc("ICE-8489-9.1.4-b")]
    [InlineData(true)]
    [InlineData(false)]
    [Rfc("STUN-8489-9.1.4-c")]
    public void Over_a_stream_a_short_term_forgery_ends_the_request(bool signed)
    {
        using var bench = new ClientBench(ShortTerm, StunLinkKind.Stream);
        bench.Start(0);
        byte[] request = bench.Next(0)!;

        bench.Answer(100, signed ? Signed(request, _key) : ClientBench.Success(request));

        bench.Outcome()!.Error.Should().Be(StunRequestError.IntegrityViolated);
    }

    [Fact]
    [Rfc("STUN-8489-9.2-a")]
    public void Long_term_credentials_never_go_into_indications()
    {
        using var bench = new ClientBench(LongTerm);
        Authenticated(bench);
        bench.Machine.SendIndication();

        bench.Next(20).Should().HaveCount(20);
    }

    [Fact]
    [Rfc("STUN-8489-6.3-g")]
    public void Authentication_comes_before_unknown_attributes()
    {
        using var bench = new ClientBench(ShortTerm);
        bench.Start(0);

        bench.Answer(5, Success(bench.Next(0)!, attributes: (ref StunWriter w) => w.AddFlag((StunAttributeType)0x7F00))).Reason.Should().Be(DropReason.Unauthenticated);

        bench.Outcome().Should().BeNull();
    }

    [Fact]
    [Rfc("STUN-8489-14.8-e")]
    [Rfc("STUN-8489-10-d")]
    public void An_authenticated_redirection_names_the_next_server()
    {
        using var bench = new ClientBench(LongTerm with { FollowAlternateServer = true });

        bench.Answer(20, Redirection(Authenticated(bench), Alternate));

        StunRequestOutcome outcome = bench.Outcome()!;
        outcome.Error.Should().Be(StunRequestError.Redirected);
        outcome.Redirect.Should().Be(new AlternateServer(Alternate, "stun.example.org"));
    }

    [Fact]
    [Rfc("STUN-8489-10-e")]
    public void Servers_that_point_at_each_other_see_one_request_each()
    {
        StunClientSettings settings = LongTerm with { FollowAlternateServer = true };
        using var first = new ClientBench(settings);
        first.Answer(20, Redirection(Authenticated(first), Alternate));
        StunRequestOutcome outcome = first.Outcome()!;
        using var second = new ClientBench(settings, server: outcome.Redirect!.Value.Address);

        second.Machine.TryStartBinding(ClientBench.At(30), out _, outcome.RedirectGuard).Should().BeTrue();
        byte[] bare = second.Next(30)!;
        bare.Should().HaveCount(20, "realm and nonce belong to the first server");
        TransportPath path = new(ClientBench.Socket, Alternate);
        second.Answer(40, Challenge(bare, 401, PlainNonce, Realm), path);
        second.Answer(50, Redirection(second.Next(40)!, ClientBench.Server), path);

        second.Outcome().Should().BeEquivalentTo(new { Error = StunRequestError.RedirectRefused, RedirectRefusal = AlternateServerOutcome.Loop });
    }

    [Fact]
    [Rfc("STUN-8489-14.8-e")]
    public void A_redirection_that_nobody_authenticated_is_refused()
    {
        using var bench = new ClientBench(new StunClientSettings { FollowAlternateServer = true });
        bench.Start(0);

        bench.Answer(5, Error(bench.Next(0)!, 300, (ref StunWriter w) => w.AddAddress(StunAttributeType.AlternateServer, Alternate)));

        bench.Outcome().Should().BeEquivalentTo(new { Error = StunRequestError.RedirectRefused, RedirectRefusal = AlternateServerOutcome.NotAuthenticated });
    }

    private const int StunIntegrityBytes = 32;

    private byte[] Authenticated(ClientBench bench)
    {
        bench.Start(0);
        bench.Answer(10, Challenge(bench.Next(0)!, 401, PlainNonce, Realm));
        return bench.Next(10)!;
    }

    private static byte[] Signed(byte[] request, StunIntegrityKey key) =>
        Success(request, sha1: key, attributes: (ref StunWriter w) => w.AddXorAddress(StunAttributeType.XorMappedAddress, ClientBench.Mapped));

    private byte[] Redirection(byte[] request, TransportAddress to) =>
        Error(request, 300, (ref StunWriter w) => w.AddAddress(StunAttributeType.AlternateServer, to), sha1: _key);
}
