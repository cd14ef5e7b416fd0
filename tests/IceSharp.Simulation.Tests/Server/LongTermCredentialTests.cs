using System.Text;
using IceSharp.Protocol;
using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Server;

public class LongTermCredentialTests
{
    private static readonly TransportAddress OtherClient = TransportAddress.Parse("198.51.100.7:40001");

    private readonly ServerHarness _old = new();
    private readonly ServerHarness _new = new(new StunTurnServerOptions { Users = ServerHarness.Users, LongTerm = LongTermMode.Rfc8489 });

    [Fact]
    [Rfc("STUN-8489-9.2.4-a")]
    [Rfc("STUN-8489-9.2.4-k")]
    [Rfc("TURN-8656-7.2-a")]
    [Rfc("SRV-5389-10.2.2-a")]
    public void A_request_without_integrity_is_challenged_with_realm_and_plain_nonce()
    {
        Message answer = _old.Ask(new RequestBuilder(StunMethod.Allocate, _old.NewId()).Transport());

        answer.Code.Should().Be(401);
        answer.Text(StunAttributeType.Realm).Should().Be("example.org");
        answer.Text(StunAttributeType.Nonce).Should().NotBeEmpty().And.NotStartWith("obMatJos2");
        answer.Has(StunAttributeType.PasswordAlgorithms).Should().BeFalse();
        answer.Has(StunAttributeType.Username).Should().BeFalse();
        answer.HasIntegrity.Should().BeFalse();
    }

    [Theory]
    [InlineData(false, "obMatJos2gAAA")]
    [InlineData(true, "obMatJos2wAAA")]
    [Rfc("STUN-8489-9.2.4-c")]
    [Rfc("STUN-8489-9.2-b")]
    [Rfc("STUN-8489-9.2-c")]
    public void A_new_server_offers_algorithms_and_says_so_in_the_nonce_cookie(bool anonymity, string cookie)
    {
        ServerHarness server = new(new StunTurnServerOptions { Users = ServerHarness.Users, LongTerm = LongTermMode.Rfc8489, OffersUserAnonymity = anonymity });

        Message answer = server.Ask(new RequestBuilder(StunMethod.Allocate, server.NewId()).Transport());

        answer.Code.Should().Be(401);
        answer.Text(StunAttributeType.Nonce).Should().StartWith(cookie);
        answer.Bytes(StunAttributeType.PasswordAlgorithms).Should().Equal(0, 2, 0, 0, 0, 1, 0, 0);
    }

    [Fact]
    [Rfc("STUN-8489-9.2.4-b")]
    public void No_two_clients_get_the_same_nonce_and_none_is_good_for_another()
    {
        Credentials mine = _old.Challenge();
        Credentials others = _old.Challenge(from: OtherClient);
        others.Nonce.Should().NotEqual(mine.Nonce);

        _old.Ask(new RequestBuilder(StunMethod.Allocate, _old.NewId()).Transport().Sign(mine), OtherClient).Code.Should().Be(438);
    }

    [Theory]
    [InlineData(StunAttributeType.Username)]
    [InlineData(StunAttributeType.Realm)]
    [InlineData(StunAttributeType.Nonce)]
    [Rfc("STUN-8489-9.2.4-d")]
    [Rfc("SRV-8489-6.3.1.1-a")]
    public void Integrity_with_a_missing_companion_is_a_bad_request_without_any_of_them(StunAttributeType missing)
    {
        foreach (ServerHarness server in new[] { _old, _new })
        {
            Credentials credentials = server.Challenge();
            RequestBuilder request = new RequestBuilder(StunMethod.Allocate, server.NewId()).Transport();
            if (missing != StunAttributeType.Username)
            {
                request.Text(StunAttributeType.Username, "alice");
            }

            if (missing != StunAttributeType.Realm)
            {
                request.Text(StunAttributeType.Realm, credentials.Realm);
            }

            if (missing != StunAttributeType.Nonce)
            {
                request.Raw(StunAttributeType.Nonce, credentials.Nonce);
            }

            Message answer = server.Ask(request.Sign(credentials.Key));

            answer.Code.Should().Be(400);
            new[] { StunAttributeType.Username, StunAttributeType.Realm, StunAttributeType.Nonce }.Any(answer.Has).Should().BeFalse();
            answer.HasIntegrity.Should().BeFalse();
        }
    }

    [Theory]
    [InlineData("mallory", "secret")]
    [InlineData("alice", "wrong")]
    [Rfc("STUN-8489-9.2.4-f")]
    [Rfc("STUN-8489-9.2.4-g")]
    public void A_wrong_user_or_password_is_challenged_again(string username, string password)
    {
        foreach (ServerHarness server in new[] { _old, _new })
        {
            Credentials credentials = server.Challenge(username, password);

            Message answer = server.Ask(new RequestBuilder(StunMethod.Allocate, server.NewId()).Transport().Sign(credentials));

            answer.Code.Should().Be(401);
            (answer.Has(StunAttributeType.Realm), answer.Has(StunAttributeType.Nonce), answer.HasIntegrity).Should().Be((true, true, false));
        }
    }

    [Fact]
    [Rfc("STUN-8489-9.2.4-h")]
    [Rfc("TURN-8656-5-b")]
    [Rfc("SRV-8489-9.2-a")]
    public void A_nonce_is_good_until_its_exact_end_and_then_replaced()
    {
        Credentials credentials = _old.Allocate();
        _old.Pass(TimeSpan.FromSeconds(599));
        _old.Refresh(credentials, 3600).IsSuccess.Should().BeTrue();
        _old.Pass(TimeSpan.FromSeconds(3600 - 599) - TimeSpan.FromTicks(1));
        _old.Refresh(credentials).IsSuccess.Should().BeTrue();
        _old.Pass(TimeSpan.FromTicks(1));

        Message stale = _old.Refresh(credentials);

        stale.Code.Should().Be(438);
        stale.HasIntegrity.Should().BeFalse();
        _old.Refresh(credentials with { Nonce = stale.Bytes(StunAttributeType.Nonce)! }).IsSuccess.Should().BeTrue();
    }

    [Fact]
    public void Nonces_go_stale_on_demand()
    {
        Credentials credentials = _old.Allocate();
        _old.Machine.Faults.ExpireNonces();

        _old.Refresh(credentials).Code.Should().Be(438);
    }

    [Fact]
    [Rfc("STUN-8489-9.2.4-j")]
    public void A_wrong_password_with_a_stale_nonce_shows_which_generation_judges()
    {
        foreach ((ServerHarness server, int code) in new[] { (_old, 438), (_new, 401) })
        {
            Credentials credentials = server.Challenge(password: "wrong");
            server.Machine.Faults.ExpireNonces();

            server.Ask(new RequestBuilder(StunMethod.Allocate, server.NewId()).Transport().Sign(credentials)).Code.Should().Be(code);
        }
    }

    [Fact]
    [Rfc("STUN-8489-9.2.4-i")]
    [Rfc("STUN-8489-6.3.1.1-b")]
    public void Responses_are_signed_in_the_way_of_the_request_and_name_nobody()
    {
        Credentials credentials = _new.Challenge();
        Message sha256 = _new.Ask(new RequestBuilder(StunMethod.Allocate, _new.NewId()).Transport().SignSha256(credentials));
        (sha256.IsSuccess, sha256.IsSignedSha256By(credentials), sha256.HasIntegrity).Should().Be((true, true, false));
        new[] { StunAttributeType.Username, StunAttributeType.UserHash, StunAttributeType.Realm, StunAttributeType.Nonce }.Any(sha256.Has).Should().BeFalse();

        Message md5 = _new.Refresh(credentials);
        (md5.IsSuccess, md5.IsSignedBy(credentials), md5.HasIntegritySha256).Should().Be((true, true, false));
    }

    [Fact]
    [Rfc("STUN-8489-9.2.4-e")]
    public void An_echo_of_other_algorithms_than_those_offered_is_a_bad_request()
    {
        Credentials credentials = _new.Challenge();

        _new.Ask(new RequestBuilder(StunMethod.Allocate, _new.NewId()).Transport().SignSha256(credentials, algorithms: StunPasswordAlgorithm.Sha256)).Code.Should().Be(400);
        _new.Ask(new RequestBuilder(StunMethod.Allocate, _new.NewId()).Transport().Raw(StunAttributeType.PasswordAlgorithm, [0, 2, 0, 0]).Sign(credentials)).Code.Should().Be(400);
    }

    [Fact]
    public void A_hashed_user_name_is_found_on_a_server_that_offers_anonymity()
    {
        ServerHarness server = new(new StunTurnServerOptions { Users = ServerHarness.Users, LongTerm = LongTermMode.Rfc8489, OffersUserAnonymity = true });
        Credentials credentials = server.Challenge();

        server.Ask(new RequestBuilder(StunMethod.Allocate, server.NewId()).Transport().SignSha256(credentials, hashUser: true)).IsSuccess.Should().BeTrue();
        server.Machine.Allocations.Single().Username.Should().Be("alice");
    }

    [Fact]
    [Rfc("STUN-8489-6.3-g")]
    public void Credentials_are_judged_before_unknown_attributes()
    {
        RequestBuilder Request() => new RequestBuilder(StunMethod.Allocate, _old.NewId()).Transport().Raw((StunAttributeType)0x7F00, []);
        _old.Ask(Request()).Code.Should().Be(401);

        Credentials credentials = _old.Challenge();
        Message answer = _old.Ask(Request().Sign(credentials));
        answer.Code.Should().Be(420);
        answer.IsSignedBy(credentials).Should().BeTrue();
    }

    [Fact]
    public void Neither_options_nor_users_show_a_password()
    {
        _old.Options.ToString().Should().NotContain("secret");
        Encoding.UTF8.GetString(_old.Ask(new RequestBuilder(StunMethod.Allocate, _old.NewId()).Transport()).All).Should().NotContain("secret");
    }
}
