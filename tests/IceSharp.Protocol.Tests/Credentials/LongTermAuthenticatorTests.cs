using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Credentials;
using IceSharp.TestMarks;
using static IceSharp.Protocol.Tests.Credentials.CredentialBench;

namespace IceSharp.Protocol.Tests.Credentials;

/// <summary>What requests carry, and which responses are believed.</summary>
public sealed class LongTermAuthenticatorTests : IDisposable
{
    private readonly LongTermAuthenticator _client = new(new LongTermCredential(User, Password));
    private readonly LongTermAttempt _attempt = new();
    private readonly StunIntegrityKey _md5 = LongTermKey.Derive(StunPasswordAlgorithm.Md5, User, Realm, Password);
    private readonly StunIntegrityKey _sha256 = LongTermKey.Derive(StunPasswordAlgorithm.Sha256, User, Realm, Password);

    public void Dispose()
    {
        _client.Dispose();
        _md5.Dispose();
        _sha256.Dispose();
    }

    [Fact]
    [Rfc("STUN-8489-9.2.3.1-a")]
    public void The_first_request_carries_nothing_of_the_mechanism()
    {
        StunReader request = Read(_client.Request(_attempt));

        request.Bytes.Length.Should().Be(20);
        _attempt.IsAuthenticated.Should().BeFalse();
        _client.IsChallenged.Should().BeFalse();
    }

    [Fact]
    [Rfc("STUN-8489-9.2.5-b")]
    [Rfc("STUN-8489-9.2.5-n")]
    public void The_answer_to_a_challenge_is_that_of_the_vector_byte_for_byte()
    {
        // The attributes of int-14 that are not the mechanism's.
        StunReader expected = Read(Vector("int-14"));
        _client.Take(Vector("int-13"), _attempt).Should().Be(LongTermFailure.None);
        var writer = new StunWriter(new byte[500], expected.Method, StunClass.Request, expected.TransactionId);
        foreach (StunAttribute attribute in expected)
        {
            if (attribute.Type == StunAttributeType.Username)
            {
                break;
            }

            writer.AddBytes(attribute.Type, attribute.Value);
        }

        _client.Write(ref writer, _attempt);

        writer.Written.ToArray().Should().Equal(Vector("int-14"));
        _client.Examine(Vector("int-15"), _attempt).Should().Be(AuthenticationVerdict.Accepted);
    }

    [Theory]
    [InlineData(AlgorithmsNonce, false)]
    [InlineData(BothBitsNonce, true)]
    [InlineData(PlainNonce, false)]
    [Rfc("STUN-8489-9.2.5-c")]
    public void The_hash_of_the_user_is_sent_if_and_only_if_the_nonce_says_so(string nonce, bool hashed)
    {
        byte[] request = _client.Authenticate(_attempt, nonce, nonce == PlainNonce ? None : Both);

        Has(request, StunAttributeType.UserHash).Should().Be(hashed);
        Has(request, StunAttributeType.Username).Should().Be(!hashed);
        if (hashed)
        {
            byte[] expected = new byte[32];
            LongTermKey.HashUser(User, Realm, expected);
            Read(request).GetBytes(StunAttributeType.UserHash, out ReadOnlySpan<byte> hash);
            hash.ToArray().Should().Equal(expected);
        }
    }

    [Fact]
    [Rfc("STUN-8489-9.2.5-d")]
    [Rfc("STUN-8489-9.2.5-g")]
    public void The_list_goes_back_byte_for_byte_with_entries_that_are_not_known()
    {
        byte[] list = [0, 3, 0, 2, 0xAB, 0xCD, 0xEE, 0xEE, 0, 2, 0, 0, 0, 1, 0, 0];
        byte[] first = _client.Request(_attempt);
        _client.Take(Error(first, 401, (ref StunWriter w) =>
        {
            w.AddText(StunAttributeType.Realm, Realm);
            w.AddText(StunAttributeType.Nonce, AlgorithmsNonce);
            w.AddBytes(StunAttributeType.PasswordAlgorithms, list);
        }), _attempt).Should().Be(LongTermFailure.None);
        byte[] second = _client.Request(_attempt);

        Read(second).GetBytes(StunAttributeType.PasswordAlgorithms, out ReadOnlySpan<byte> echo);
        echo.ToArray().Should().Equal(list);
        AlgorithmOf(second).Should().Be(StunPasswordAlgorithm.Sha256);
        Read(second).VerifyIntegritySha256(_sha256).Should().Be(StunIntegrityStatus.Ok);
    }

    [Theory]
    [InlineData(PasswordAlgorithmChoice.First, StunPasswordAlgorithm.Md5)]
    [InlineData(PasswordAlgorithmChoice.Strongest, StunPasswordAlgorithm.Sha256)]
    [Rfc("STUN-8489-9.2.5-g")]
    [Rfc("STUN-8489-18.5.1.1-a")]
    [Rfc("TURN-8656-6-b")]
    public void Plain_STUN_takes_the_first_algorithm_and_TURN_the_strongest(PasswordAlgorithmChoice choice, StunPasswordAlgorithm expected)
    {
        using var client = new LongTermAuthenticator(new LongTermCredential(User, Password), new LongTermSettings { AlgorithmChoice = choice });
        byte[] request = client.Authenticate(_attempt, AlgorithmsNonce, StunPasswordAlgorithm.Md5, StunPasswordAlgorithm.Sha256);

        AlgorithmOf(request).Should().Be(expected);
        Read(request).VerifyIntegritySha256(expected == StunPasswordAlgorithm.Md5 ? _md5 : _sha256).Should().Be(StunIntegrityStatus.Ok);
    }

    [Fact]
    [Rfc("STUN-8489-9.2.2-b")]
    [Rfc("STUN-8489-9.2.5-n")]
    public void An_MD5_key_goes_with_SHA_256_integrity_when_the_server_listed_algorithms()
    {
        byte[] request = _client.Authenticate(_attempt, AlgorithmsNonce, StunPasswordAlgorithm.Md5);

        Read(request).HasIntegrity.Should().BeFalse();
        Read(request).VerifyIntegritySha256(_md5).Should().Be(StunIntegrityStatus.Ok);
    }

    [Fact]
    [Rfc("STUN-8489-9.2.3.2-d")]
    public void A_server_without_algorithms_gets_an_MD5_key_and_no_algorithm_attributes()
    {
        byte[] request = _client.Authenticate(_attempt, PlainNonce);

        Has(request, StunAttributeType.PasswordAlgorithm).Should().BeFalse();
        Has(request, StunAttributeType.PasswordAlgorithms).Should().BeFalse();
        Read(request).HasIntegritySha256.Should().BeFalse();
        Read(request).VerifyIntegrity(_md5).Should().Be(StunIntegrityStatus.Ok);
    }

    [Fact]
    [Rfc("STUN-8489-9.2.3.2-a")]
    [Rfc("STUN-8489-9.2.3.2-b")]
    [Rfc("TURN-8656-5-a")]
    public void Later_requests_carry_what_is_cached_without_being_asked_again()
    {
        byte[] first = _client.Authenticate(_attempt, AlgorithmsNonce, Both);
        _client.Examine(Success(first, sha256: _sha256), _attempt).Should().Be(AuthenticationVerdict.Accepted);

        byte[] later = _client.Request(new LongTermAttempt(), StunMethod.Refresh);

        TextOf(later, StunAttributeType.Username).Should().Be(User);
        TextOf(later, StunAttributeType.Realm).Should().Be(Realm);
        TextOf(later, StunAttributeType.Nonce).Should().Be(AlgorithmsNonce);
        AlgorithmOf(later).Should().Be(StunPasswordAlgorithm.Sha256);
        Has(later, StunAttributeType.PasswordAlgorithms).Should().BeTrue();
        Read(later).VerifyIntegritySha256(_sha256).Should().Be(StunIntegrityStatus.Ok);
    }

    [Fact]
    [Rfc("STUN-8489-9.2.3.2-c")]
    public void The_kind_of_integrity_of_the_first_believed_response_is_that_of_later_requests()
    {
        byte[] first = _client.Authenticate(_attempt, PlainNonce);
        _client.Examine(Success(first, sha256: _md5), _attempt).Should().Be(AuthenticationVerdict.Accepted);

        var next = new LongTermAttempt();
        byte[] later = _client.Request(next);
        Read(later).HasIntegrity.Should().BeFalse();
        Read(later).VerifyIntegritySha256(_md5).Should().Be(StunIntegrityStatus.Ok);
        _client.Examine(Success(later, sha1: _md5), next).Should().Be(AuthenticationVerdict.IntegrityViolated);
    }

    [Theory]
    [InlineData(420)]
    [InlineData(300)]
    [InlineData(500)]
    [Rfc("STUN-8489-9.2.5-j")]
    public void A_response_whose_nonce_announces_algorithms_that_are_not_there_is_ignored(int code)
    {
        byte[] request = _client.Authenticate(_attempt, PlainNonce);
        byte[] cut = Error(request, code, (ref StunWriter w) => w.AddText(StunAttributeType.Nonce, AlgorithmsNonce), sha1: _md5);

        _client.Examine(cut, _attempt).Should().Be(AuthenticationVerdict.Discarded);
        _client.Examine(cut, new LongTermAttempt()).Should().Be(AuthenticationVerdict.Discarded);
        _attempt.SawBadIntegrity.Should().BeFalse();
    }

    [Fact]
    [Rfc("STUN-8489-9.2.5-k")]
    public void A_400_without_integrity_was_never_there_once_credentials_are_used()
    {
        _client.Examine(MalformedVectorBytes("mf-091"), _attempt).Should().Be(AuthenticationVerdict.Accepted);
        byte[] request = _client.Authenticate(_attempt, PlainNonce);

        _client.Examine(MalformedVectorBytes("mf-091"), _attempt).Should().Be(AuthenticationVerdict.Discarded);
        _attempt.SawBadIntegrity.Should().BeFalse();
        _client.Examine(Error(request, 400, sha1: _md5), _attempt).Should().Be(AuthenticationVerdict.Accepted);
        _client.Examine(Error(request, 400, sha1: _sha256), _attempt).Should().Be(AuthenticationVerdict.IntegrityViolated);
    }

    [Fact]
    [Rfc("STUN-8489-9.2.5-l")]
    [Rfc("STUN-8489-14.8-e")]
    public void Every_other_response_without_right_integrity_is_a_violation_that_the_attempt_remembers()
    {
        byte[] request = _client.Authenticate(_attempt, AlgorithmsNonce, Both);
        byte[] flipped = Success(request, sha256: _sha256);
        flipped[^1] ^= 1;

        foreach (byte[] response in new[] { MalformedVectorBytes("mf-092"), flipped, Success(request, sha1: _sha256), Error(request, 300), Error(request, 437), Error(request, 500) })
        {
            _attempt.SawBadIntegrity.Should().BeFalse();
            _client.Examine(response, _attempt).Should().Be(AuthenticationVerdict.IntegrityViolated);
            _attempt.SawBadIntegrity.Should().BeTrue();
            _client.Request(_attempt);
        }
    }

    [Fact]
    [Rfc("DISC-8155-9-b")]
    public void An_open_server_is_believed_without_integrity()
    {
        byte[] request = _client.Request(_attempt);

        _client.Examine(Success(request), _attempt).Should().Be(AuthenticationVerdict.Accepted);
        _client.IsChallenged.Should().BeFalse();
    }

    [Fact]
    [Rfc("STUN-8489-9.2.5-o")]
    public void The_nonce_in_a_believed_response_is_the_next_one()
    {
        byte[] request = _client.Authenticate(_attempt, PlainNonce);
        _client.Examine(Success(request, sha1: _md5, attributes: (ref StunWriter w) => w.AddText(StunAttributeType.Nonce, "rolled")), _attempt);

        TextOf(_client.Request(new LongTermAttempt()), StunAttributeType.Nonce).Should().Be("rolled");
    }

    [Fact]
    [Rfc("STUN-8489-9.2.5-o")]
    [Rfc("STUN-8489-9.2.5-d")]
    public void A_nonce_that_rolls_brings_its_own_list_to_be_echoed()
    {
        byte[] request = _client.Authenticate(_attempt, AlgorithmsNonce, Both);
        _client.Examine(Success(request, sha256: _sha256, attributes: (ref StunWriter w) =>
        {
            w.AddText(StunAttributeType.Nonce, "obMatJos2gAAArolled");
            w.AddPasswordAlgorithms(Sha256);
        }), _attempt).Should().Be(AuthenticationVerdict.Accepted);

        byte[] later = _client.Request(new LongTermAttempt());
        TextOf(later, StunAttributeType.Nonce).Should().Be("obMatJos2gAAArolled");
        Read(later).GetBytes(StunAttributeType.PasswordAlgorithms, out ReadOnlySpan<byte> list);
        list.ToArray().Should().Equal(0, 2, 0, 0);
    }

    [Fact]
    [Rfc("STUN-8489-9.2.1-a")]
    public void A_nonce_that_rolls_and_takes_something_back_is_left_alone()
    {
        byte[] request = _client.Authenticate(_attempt, AlgorithmsNonce, Both);
        _client.Examine(Success(request, sha256: _sha256, attributes: (ref StunWriter w) => w.AddText(StunAttributeType.Nonce, "plain")), _attempt)
            .Should().Be(AuthenticationVerdict.Accepted);

        TextOf(_client.Request(new LongTermAttempt()), StunAttributeType.Nonce).Should().Be(AlgorithmsNonce);
    }

    [Fact]
    public void A_response_to_a_request_of_the_former_key_is_still_believed()
    {
        byte[] request = _client.Authenticate(_attempt, PlainNonce);
        var other = new LongTermAttempt();
        byte[] moved = _client.Request(other);
        _client.Take(Challenge(moved, 401, "n", "other realm"), other).Should().Be(LongTermFailure.None);

        _client.Examine(Success(request, sha1: _md5), _attempt).Should().Be(AuthenticationVerdict.Accepted);
        _client.Take(Challenge(_client.Request(other), 401, "n", "third realm"), other).Should().Be(LongTermFailure.None);
        _client.Examine(Success(request, sha1: _md5), _attempt).Should().Be(AuthenticationVerdict.IntegrityViolated);
    }

    [Fact]
    [Rfc("STUN-8489-14.10-b")]
    [Rfc("STUN-8489-14.10-a")]
    public void Realm_and_nonce_go_back_byte_for_byte()
    {
        // Quoted pairs, and letters that normalization would change.
        byte[] nonce = [.. "a\\\"b\\\\c e\u0301 "u8, .. Enumerable.Repeat((byte)'x', 700)];
        byte[] realm = [.. "exam\u212Bple.org"u8];
        byte[] first = _client.Request(_attempt);
        byte[] challenge = Error(first, 401, (ref StunWriter w) =>
        {
            w.AddBytes(StunAttributeType.Realm, realm);
            w.AddBytes(StunAttributeType.Nonce, nonce);
        });

        _client.Take(challenge, _attempt).Should().Be(LongTermFailure.None);
        StunReader second = Read(_client.Request(_attempt));

        second.GetBytes(StunAttributeType.Nonce, out ReadOnlySpan<byte> echoed).Should().Be(StunAttributeStatus.Ok);
        echoed.ToArray().Should().Equal(nonce);
        second.GetBytes(StunAttributeType.Realm, out echoed);
        echoed.ToArray().Should().Equal(realm);
    }

    [Fact]
    [Rfc("PRECIS-8489-9.2.2-a")]
    public void A_quoted_realm_goes_back_as_it_came_and_is_hashed_without_quotes()
    {
        byte[] first = _client.Request(_attempt);
        _client.Take(Challenge(first, 401, PlainNonce, "\"example.org\""), _attempt).Should().Be(LongTermFailure.None);
        byte[] second = _client.Request(_attempt);

        TextOf(second, StunAttributeType.Realm).Should().Be("\"example.org\"");
        Read(second).VerifyIntegrity(_md5).Should().Be(StunIntegrityStatus.Ok);
    }

    [Fact]
    [Rfc("STUN-8489-9.2.3-a")]
    public void Two_names_are_two_servers_and_one_name_is_one_in_any_spelling()
    {
        StunServerIdentity.FromName("turn.example.org").Should().Be(StunServerIdentity.FromName("TURN.Example.org."));
        StunServerIdentity.FromName("a.example.org").Should().NotBe(StunServerIdentity.FromName("b.example.org"));
        StunServerIdentity.FromAddress(IpAddress.Parse("192.0.2.1")).Should().Be(StunServerIdentity.FromAddress(IpAddress.Parse("::ffff:192.0.2.1")));
        StunServerIdentity.FromAddress(IpAddress.Parse("192.0.2.1")).Should().NotBe(StunServerIdentity.FromAddress(IpAddress.Parse("192.0.2.2")));
    }

    [Fact]
    public void Neither_user_nor_password_is_printed()
    {
        _client.Authenticate(_attempt, PlainNonce);

        $"{_client} {_attempt} {new LongTermSettings()}".Should().NotContainAny(User, Password);
    }

    private static StunPasswordAlgorithm AlgorithmOf(byte[] request)
    {
        Read(request).TryFind(StunAttributeType.PasswordAlgorithm, out StunAttribute attribute).Should().BeTrue();
        attribute.ReadPasswordAlgorithm(out StunPasswordAlgorithmEntry entry).Should().Be(StunAttributeStatus.Ok);
        return entry.Algorithm;
    }
}
