using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Credentials;
using IceSharp.TestMarks;
using static IceSharp.Protocol.Tests.Credentials.CredentialBench;

namespace IceSharp.Protocol.Tests.Credentials;

/// <summary>Which challenges are answered, how often, and which are refused.</summary>
public sealed class LongTermChallengeTests : IDisposable
{
    private readonly LongTermAuthenticator _client = new(new LongTermCredential(User, Password));
    private readonly LongTermAttempt _attempt = new();

    public void Dispose() => _client.Dispose();

    [Fact]
    [Rfc("STUN-8489-9.2.5-f")]
    public void A_second_401_of_the_same_realm_is_not_answered_even_with_another_nonce()
    {
        byte[] request = _client.Authenticate(_attempt, PlainNonce);

        _client.Take(Challenge(request, 401, "other", Realm), _attempt).Should().Be(LongTermFailure.Unauthorized);
    }

    [Fact]
    [Rfc("STUN-8489-9.2.5-f")]
    public void A_401_of_another_realm_is_answered_but_not_for_ever()
    {
        byte[] request = _client.Authenticate(_attempt, PlainNonce);
        for (int i = 2; i <= 5; i++)
        {
            _client.Take(Challenge(request, 401, PlainNonce, $"realm {i}"), _attempt).Should().Be(LongTermFailure.None);
            request = _client.Request(_attempt);
            TextOf(request, StunAttributeType.Realm).Should().Be($"realm {i}");
        }

        _client.Take(Challenge(request, 401, PlainNonce, "realm 6"), _attempt).Should().Be(LongTermFailure.Unauthorized);
    }

    [Fact]
    [Rfc("STUN-8489-9.2.5-b")]
    public void A_401_that_now_wants_the_hash_of_the_user_is_answered()
    {
        byte[] request = _client.Authenticate(_attempt, AlgorithmsNonce, Both);

        _client.Take(Challenge(request, 401, BothBitsNonce, Realm, Both), _attempt).Should().Be(LongTermFailure.None);
        Has(_client.Request(_attempt), StunAttributeType.UserHash).Should().BeTrue();
        _client.Take(Challenge(request, 401, BothBitsNonce, Realm, Both), _attempt).Should().Be(LongTermFailure.Unauthorized);
    }

    [Fact]
    [Rfc("STUN-8489-9.2.5-h")]
    [Rfc("STUN-8489-9.2.5-i")]
    public void A_438_is_answered_with_the_new_nonce_three_times()
    {
        byte[] request = _client.Authenticate(_attempt, PlainNonce);
        for (int i = 1; i <= 3; i++)
        {
            _client.Take(Challenge(request, 438, $"nonce {i}", Realm), _attempt).Should().Be(LongTermFailure.None);
            request = _client.Request(_attempt);
            TextOf(request, StunAttributeType.Nonce).Should().Be($"nonce {i}");
            TextOf(request, StunAttributeType.Username).Should().Be(User);
            TextOf(request, StunAttributeType.Realm).Should().Be(Realm);
            Read(request).HasIntegrity.Should().BeTrue();
        }

        _client.Take(Challenge(request, 438, "nonce 4", Realm), _attempt).Should().Be(LongTermFailure.StaleNonce);
    }

    [Fact]
    [Rfc("STUN-8489-9.2.5-i")]
    public void A_438_with_the_nonce_just_used_is_not_answered()
    {
        byte[] request = _client.Authenticate(_attempt, PlainNonce);

        _client.Take(Challenge(request, 438, PlainNonce, Realm), _attempt).Should().Be(LongTermFailure.StaleNonce);
    }

    [Fact]
    [Rfc("STUN-8489-9.2.5-i")]
    public void Requests_that_were_under_way_together_each_answer_the_same_new_nonce()
    {
        _client.Authenticate(_attempt, PlainNonce);
        LongTermAttempt one = new(), other = new();
        byte[] first = _client.Request(one), second = _client.Request(other);

        _client.Take(Challenge(first, 438, "new", Realm), one).Should().Be(LongTermFailure.None);
        _client.Take(Challenge(second, 438, "new", Realm), other).Should().Be(LongTermFailure.None);
    }

    [Fact]
    [Rfc("STUN-8489-9.2.5-m")]
    public void A_438_is_answered_without_integrity_and_with_wrong_integrity()
    {
        byte[] request = _client.Authenticate(_attempt, PlainNonce);
        using var wrong = new StunIntegrityKey([1]);
        byte[] signed = Error(request, 438, (ref StunWriter w) =>
        {
            w.AddText(StunAttributeType.Realm, Realm);
            w.AddText(StunAttributeType.Nonce, "next");
        }, sha1: wrong);

        _client.Take(signed, _attempt).Should().Be(LongTermFailure.None);
        _client.Take(Challenge(request, 438, "third", Realm), _attempt).Should().Be(LongTermFailure.None);
    }

    [Theory]
    [InlineData("mf-064", LongTermFailure.UnsupportedAlgorithm)]
    [InlineData("mf-065", LongTermFailure.UnsupportedAlgorithm)]
    [InlineData("mf-066", LongTermFailure.UnsupportedAlgorithm)]
    [InlineData("mf-067", LongTermFailure.BidDown)]
    [Rfc("STUN-8489-9.2.5-a")]
    [Rfc("STUN-8489-9.2.5-e")]
    public void A_challenge_of_the_malformed_vectors_is_not_answered(string id, LongTermFailure expected)
    {
        _client.Request(_attempt);

        _client.Take(MalformedVectorBytes(id), _attempt).Should().Be(expected);
        _client.IsChallenged.Should().BeFalse();
    }

    [Theory]
    [InlineData(401)]
    [InlineData(438)]
    [Rfc("STUN-8489-9.2.5-a")]
    public void A_nonce_that_announces_algorithms_that_are_not_there_forbids_the_answer(int code)
    {
        byte[] request = _client.Authenticate(_attempt, PlainNonce);

        _client.Take(Challenge(request, code, AlgorithmsNonce, "elsewhere"), _attempt).Should().Be(LongTermFailure.BidDown);
    }

    [Theory]
    [InlineData(null, Realm)]
    [InlineData("", Realm)]
    [InlineData(PlainNonce, null)]
    [InlineData(PlainNonce, "")]
    [Rfc("STUN-8489-9.2.5-p")]
    public void A_challenge_without_realm_or_nonce_is_not_answered(string? nonce, string? realm)
    {
        byte[] request = _client.Request(_attempt);

        _client.Take(Challenge(request, 401, nonce, realm), _attempt).Should().Be(LongTermFailure.BadChallenge);
    }

    [Theory]
    [InlineData("a\tb")]
    [InlineData("\"\"")]
    [InlineData("\uE000")]
    public void A_realm_that_is_no_OpaqueString_is_told_apart(string realm)
    {
        byte[] request = _client.Request(_attempt);

        _client.Take(Challenge(request, 401, PlainNonce, realm), _attempt).Should().Be(LongTermFailure.RealmUnusable);
        _client.IsChallenged.Should().BeFalse();
    }

    [Theory]
    [InlineData(PlainNonce, 0)] // the cookie is gone
    [InlineData("obMatJos2AAAAxyz", 0)] // both bits are cleared
    [InlineData("obMatJos2gAAAxyz", 2)] // anonymity is cleared
    [InlineData("obMatJos2QAAAn", 2)] // algorithms are cleared, the list still there
    [InlineData(BothBitsNonce, 1)] // the list lost SHA-256
    [Rfc("STUN-8489-9.2.1-a")]
    public void A_challenge_that_takes_back_what_the_first_announced_is_a_bid_down(string nonce, int algorithms)
    {
        byte[] request = _client.Authenticate(_attempt, BothBitsNonce, Both);
        StunPasswordAlgorithm[] offered = algorithms switch { 0 => None, 1 => [StunPasswordAlgorithm.Md5], _ => Both };

        _client.Take(Challenge(request, 438, nonce, Realm, offered), _attempt).Should().Be(LongTermFailure.BidDown);
        _client.Take(Challenge(request, 401, nonce, "other", offered), _attempt).Should().Be(LongTermFailure.BidDown);
        TextOf(_client.Request(_attempt), StunAttributeType.Nonce).Should().Be(BothBitsNonce);
    }

    [Fact]
    [Rfc("STUN-8489-9.2.1-a")]
    public void More_than_the_first_challenge_announced_may_come_later()
    {
        byte[] request = _client.Authenticate(_attempt, PlainNonce);

        _client.Take(Challenge(request, 438, AlgorithmsNonce, Realm, Both), _attempt).Should().Be(LongTermFailure.None);
    }

    [Fact]
    public void A_challenge_without_credentials_is_its_own_failure()
    {
        using var client = new LongTermAuthenticator(null);
        byte[] request = client.Request(_attempt);

        client.Take(Challenge(request, 401, PlainNonce, Realm), _attempt).Should().Be(LongTermFailure.CredentialsMissing);
    }

    [Fact]
    public void A_challenge_too_large_for_the_answer_is_not_answered()
    {
        using var client = new LongTermAuthenticator(new LongTermCredential(User, Password), new LongTermSettings { MaxChallengeBytes = 100 });
        byte[] request = client.Request(_attempt);

        client.Take(Challenge(request, 401, new string('n', 101 - Realm.Length), Realm), _attempt).Should().Be(LongTermFailure.BadChallenge);
        client.Take(Challenge(request, 401, new string('n', 100 - Realm.Length), Realm), _attempt).Should().Be(LongTermFailure.None);
        FluentActions.Invoking(() => new LongTermSettings { MaxChallengeBytes = 99 }).Should().Throw<ArgumentOutOfRangeException>();
    }

    [Theory]
    [InlineData(AlgorithmsNonce, LongTermFailure.AnonymityUnavailable)]
    [InlineData(BothBitsNonce, LongTermFailure.None)]
    [Rfc("TURN-8656-21.1.6-a")]
    public void A_user_that_must_stay_hidden_is_not_named_to_a_server_without_USERHASH(string nonce, LongTermFailure expected)
    {
        using var client = new LongTermAuthenticator(new LongTermCredential(User, Password), new LongTermSettings { RequiresUsernameAnonymity = true });
        byte[] request = client.Request(_attempt);

        client.Take(Challenge(request, 401, nonce, Realm, Both), _attempt).Should().Be(expected);
        Has(client.Request(_attempt), StunAttributeType.Username).Should().BeFalse();
    }
}
