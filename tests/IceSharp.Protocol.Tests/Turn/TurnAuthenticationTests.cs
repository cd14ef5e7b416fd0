using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Credentials;
using IceSharp.Protocol.Turn;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Turn;

public sealed class TurnAuthenticationTests : IDisposable
{
    private static readonly StunAttributeType[] AuthenticationAttributes =
    [
        StunAttributeType.Username, StunAttributeType.UserHash, StunAttributeType.Realm, StunAttributeType.Nonce,
        StunAttributeType.PasswordAlgorithm, StunAttributeType.PasswordAlgorithms,
    ];

    private TurnBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    [Rfc("STUN-8489-9.2.3.1-a")]
    [Rfc("STUN-8489-9.2.5-b")]
    [Rfc("STUN-8489-9.2.5-d")]
    [Rfc("STUN-8489-9.2.5-n")]
    [Rfc("STUN-8489-18.5.1.1-a")]
    [Rfc("TURN-8656-7.1-b")]
    [Rfc("TURN-8656-7.1-h")]
    [Rfc("TURN-8656-7.3-b")]
    public void Challenge_of_a_server_with_SHA_256_is_answered_byte_for_byte()
    {
        _bench = new TurnBench(
            new TurnAllocationSettings { Software = "IceSharp 1.0", RequestedLifetime = TimeSpan.FromHours(1), DontFragment = true },
            random: ["6500ae07c45a96a1ef6bd2bb", "526dbaa85178b0d35bc8d56d"]);

        _bench.Machine.Start(_bench.Now);
        _bench.Next().Should().Equal(Vector("int-12"));
        _bench.Receive(Vector("int-13"));
        _bench.Next().Should().Equal(Vector("int-14"));
        _bench.Receive(Vector("int-15"));

        _bench.Machine.State.Should().Be(TurnAllocationState.Allocated);
        _bench.Machine.RelayedAddress.Should().Be(TransportAddress.Parse("192.0.2.15:50000"));
        _bench.Machine.MappedAddress.Should().Be(TransportAddress.Parse("192.0.2.1:7000"));
        _bench.Machine.Lifetime.Should().Be(TimeSpan.FromSeconds(1200));
    }

    [Fact]
    [Rfc("STUN-8489-9.2.3.2-d")]
    [Rfc("STUN-8489-9.2.2-a")]
    [Rfc("TURN-8656-8-b")]
    public void Server_without_password_algorithms_gets_an_MD5_key_and_SHA_1_byte_for_byte()
    {
        _bench.Allocate();
        _bench.Random.Script("f0f6acd399c73fb253339d18");
        _bench.Machine.Close(_bench.Now);

        _bench.Next().Should().Equal(Vector("int-19"));
    }

    [Fact]
    [Rfc("STUN-8489-9.2.5-c")]
    public void Server_that_wants_anonymity_gets_the_hash_of_user_and_realm_instead_of_the_name()
    {
        byte[] request = Authenticate("obMatJos2wAAAzT0o1n2r9", StunPasswordAlgorithm.Sha256, StunPasswordAlgorithm.Md5);

        StunReader.TryParse(request, out StunReader reader).Should().Be(StunParseStatus.Ok);
        reader.Has(StunAttributeType.Username).Should().BeFalse();
        reader.GetBytes(StunAttributeType.UserHash, out ReadOnlySpan<byte> hash);
        Convert.ToHexStringLower(hash).Should().Be("3c2881de6397d0d9402eb02854a73bfd18036ea8732c6df8139b6a624f1ef1c3");
        using StunIntegrityKey key = StunIntegrityKey.LongTermSha256("George", TurnBench.Realm, "secret");
        reader.VerifyIntegritySha256(key).Should().Be(StunIntegrityStatus.Ok);
    }

    [Fact]
    [Rfc("TURN-8656-6-b")]
    public void SHA_256_is_taken_even_when_MD5_is_listed_first()
    {
        byte[] request = Authenticate(TurnBench.CookieNonce, StunPasswordAlgorithm.Md5, StunPasswordAlgorithm.Sha256);

        StunReader.TryParse(request, out StunReader reader).Should().Be(StunParseStatus.Ok);
        reader.TryFind(StunAttributeType.PasswordAlgorithm, out StunAttribute attribute).Should().BeTrue();
        attribute.ReadPasswordAlgorithm(out StunPasswordAlgorithmEntry entry);
        entry.Algorithm.Should().Be(StunPasswordAlgorithm.Sha256);
    }

    [Fact]
    [Rfc("STUN-8489-9.2.2-b")]
    public void MD5_alone_in_the_list_still_goes_with_SHA_256_integrity()
    {
        byte[] request = Authenticate(TurnBench.CookieNonce, StunPasswordAlgorithm.Md5);

        StunReader.TryParse(request, out StunReader reader).Should().Be(StunParseStatus.Ok);
        using StunIntegrityKey key = StunIntegrityKey.LongTermMd5("George", TurnBench.Realm, "secret");
        reader.HasIntegrity.Should().BeFalse();
        reader.VerifyIntegritySha256(key).Should().Be(StunIntegrityStatus.Ok);
    }

    [Fact]
    [Rfc("STUN-8489-9.2.5-f")]
    [Rfc("TURN-8656-7.4-401")]
    public void Second_401_ends_the_allocation_after_exactly_two_requests()
    {
        _bench.Machine.Start(_bench.Now);
        byte[] first = _bench.Next()!;
        _bench.Receive(TurnBench.Challenge(first));
        byte[] second = _bench.Next()!;
        second[8..20].Should().NotEqual(first[8..20]);
        _bench.Receive(TurnBench.Challenge(second, nonce: "another nonce"));

        _bench.Next().Should().BeNull();
        _bench.Machine.NextTimeout.Should().Be(Deadline.Never);
        TurnEvent fact = _bench.Events().Should().ContainSingle().Subject;
        fact.Should().Be(new TurnEvent(TurnEventKind.Failed) { Failure = TurnFailure.Unauthorized, ErrorCode = 401, ReasonPhrase = "challenge" });
    }

    [Fact]
    public void Challenge_without_credentials_is_its_own_failure()
    {
        _bench = new TurnBench(withCredential: false);
        _bench.Machine.Start(_bench.Now);
        _bench.Receive(TurnBench.Challenge(_bench.Next()!));

        _bench.Machine.Failure.Should().Be(TurnFailure.CredentialsMissing);
        _bench.Machine.ErrorCode.Should().Be(401);
    }

    [Fact]
    [Rfc("STUN-8489-9.2.5-h")]
    [Rfc("STUN-8489-9.2.5-i")]
    [Rfc("STUN-8489-9.2.5-m")]
    public void Stale_nonces_are_replaced_at_most_three_times()
    {
        byte[] request = Authenticate(TurnBench.PlainNonce);
        for (int i = 1; i <= 3; i++)
        {
            _bench.Receive(TurnBench.Challenge(request, 438, $"nonce{i}"));
            request = _bench.Next()!;
            StunReader.TryParse(request, out StunReader reader);
            reader.GetText(StunAttributeType.Nonce, out ReadOnlySpan<byte> nonce);
            System.Text.Encoding.UTF8.GetString(nonce).Should().Be($"nonce{i}");
        }

        _bench.Receive(TurnBench.Challenge(request, 438, "nonce4"));
        _bench.Next().Should().BeNull();
        _bench.Machine.Failure.Should().Be(TurnFailure.StaleNonce);
    }

    [Fact]
    [Rfc("STUN-8489-9.2.5-i")]
    public void Stale_nonce_that_is_offered_again_ends_the_request()
    {
        byte[] request = Authenticate(TurnBench.PlainNonce);
        _bench.Receive(TurnBench.Challenge(request, 438, TurnBench.PlainNonce));

        _bench.Next().Should().BeNull();
        _bench.Machine.Failure.Should().Be(TurnFailure.StaleNonce);
    }

    [Theory]
    [InlineData("mf-051", TurnFailure.BadChallenge)]
    [InlineData("mf-052", TurnFailure.BadChallenge)]
    [InlineData("mf-064", TurnFailure.UnsupportedAlgorithm)]
    [InlineData("mf-065", TurnFailure.UnsupportedAlgorithm)]
    [InlineData("mf-066", TurnFailure.UnsupportedAlgorithm)]
    [InlineData("mf-067", TurnFailure.BidDown)]
    [Rfc("STUN-8489-9.2.5-a")]
    [Rfc("STUN-8489-9.2.5-e")]
    [Rfc("STUN-8489-9.2.5-p")]
    public void Challenge_that_cannot_be_answered_ends_the_allocation(string id, TurnFailure failure)
    {
        byte[] challenge = VectorFile.ById("malformed.json", "vectors")[id].Bytes("hex");
        _bench.Random.Script(Convert.ToHexString(challenge.AsSpan(8, 12)));
        _bench.Machine.Start(_bench.Now);
        _bench.Next();
        _bench.Receive(challenge);

        _bench.Next().Should().BeNull();
        _bench.Machine.State.Should().Be(TurnAllocationState.Failed);
        _bench.Machine.Failure.Should().Be(failure);
    }

    [Fact]
    public void Challenge_too_large_to_be_answered_ends_the_allocation()
    {
        _bench.Machine.Start(_bench.Now);
        byte[] request = _bench.Next()!;
        _bench.Receive(TurnBench.Respond(request, StunClass.ErrorResponse, (ref StunWriter w) =>
        {
            w.AddErrorCode(401, "");
            w.AddBytes(StunAttributeType.Realm, new byte[700]);
            w.AddBytes(StunAttributeType.Nonce, new byte[700]);
        }));

        _bench.Machine.Failure.Should().Be(TurnFailure.BadChallenge);
    }

    [Theory]
    [InlineData(TurnBench.PlainNonce)]
    [InlineData("obMatJos2AAAAxyz")]
    [Rfc("STUN-8489-9.2.1-a")]
    public void Nonce_that_takes_back_what_the_first_announced_is_not_followed(string nonce)
    {
        byte[] request = Authenticate(TurnBench.CookieNonce, StunPasswordAlgorithm.Sha256);
        _bench.Receive(TurnBench.Challenge(request, 438, nonce));

        _bench.Next().Should().BeNull();
        _bench.Machine.Failure.Should().Be(TurnFailure.BidDown);
    }

    [Theory]
    [InlineData("obMatJos2wAAAn", TurnBench.CookieNonce)]
    [InlineData("obMatJos2wAAAn", "obMatJos2QAAAn")]
    [InlineData(TurnBench.CookieNonce, TurnBench.PlainNonce)]
    [Rfc("STUN-8489-9.2.1-a")]
    public void Cleared_feature_bit_is_not_followed_even_when_the_algorithms_are_there(string first, string second)
    {
        byte[] request = Authenticate(first, StunPasswordAlgorithm.Sha256);
        _bench.Receive(TurnBench.Challenge(request, 438, second, algorithms: StunPasswordAlgorithm.Sha256));

        _bench.Next().Should().BeNull();
        _bench.Machine.Failure.Should().Be(TurnFailure.BidDown);
    }

    [Fact]
    [Rfc("STUN-8489-9.2.5-j")]
    public void Response_whose_nonce_announces_algorithms_that_are_cut_is_dropped_though_it_verifies()
    {
        byte[] request = Authenticate(TurnBench.PlainNonce);
        _bench.Receive(_bench.Success(request, (ref StunWriter w) =>
        {
            w.AddXorAddress(StunAttributeType.XorRelayedAddress, TurnBench.Relayed);
            w.AddUInt32(StunAttributeType.Lifetime, 600);
            w.AddText(StunAttributeType.Nonce, TurnBench.CookieNonce);
        })).Reason.Should().Be(DropReason.Unauthenticated);

        _bench.Machine.State.Should().Be(TurnAllocationState.Allocating);
    }

    [Fact]
    [Rfc("STUN-8489-9.2.5-k")]
    [Rfc("STUN-8489-9.2.5-l")]
    [Rfc("STUN-8489-6.2.1-j")]
    public void Responses_without_valid_integrity_are_dropped_and_the_outcome_says_so()
    {
        byte[] request = Authenticate(TurnBench.PlainNonce);
        byte[] forged = _bench.Allocation(request);
        forged[^1] ^= 1;
        byte[] cut = TurnBench.Respond(request, StunClass.ErrorResponse, (ref StunWriter w) =>
        {
            w.AddErrorCode(420, "");
            w.AddText(StunAttributeType.Nonce, TurnBench.CookieNonce);
        });
        byte[] unsigned = TurnBench.Respond(request, StunClass.SuccessResponse, (ref StunWriter w) =>
        {
            w.AddXorAddress(StunAttributeType.XorRelayedAddress, TurnBench.Relayed);
            w.AddUInt32(StunAttributeType.Lifetime, 600);
        });

        foreach (byte[] response in new[] { forged, cut, unsigned, TurnBench.Unsigned(request, 400), TurnBench.Unsigned(request, 437) })
        {
            _bench.Receive(response).Reason.Should().Be(DropReason.Unauthenticated);
        }

        List<double> copies = [];
        _bench.Advance(60_000, copy =>
        {
            copy.Should().Equal(request);
            copies.Add(_bench.Milliseconds);
        });
        copies.Should().Equal(500, 1500, 3500, 7500, 15500, 31500);
        _bench.Machine.Failure.Should().Be(TurnFailure.IntegrityViolated);
    }

    [Fact]
    public void Outcome_of_silence_after_a_new_challenge_is_a_timeout()
    {
        byte[] request = Authenticate(TurnBench.PlainNonce);
        _bench.Receive(TurnBench.Unsigned(request, 400)).Reason.Should().Be(DropReason.Unauthenticated);
        _bench.Receive(TurnBench.Challenge(request, 438, "fresh"));
        _bench.Next().Should().NotBeNull();
        _bench.Advance(60_000);

        _bench.Machine.Failure.Should().Be(TurnFailure.Timeout);
    }

    [Fact]
    [Rfc("STUN-8489-9.1.4-a")]
    public void SHA_1_response_to_a_SHA_256_request_is_dropped()
    {
        byte[] request = Authenticate(TurnBench.CookieNonce, StunPasswordAlgorithm.Md5);

        // The key is right, only the kind of integrity is the weaker one.
        _bench.Receive(_bench.Allocation(request)).Reason.Should().Be(DropReason.Unauthenticated);
    }

    [Fact]
    [Rfc("STUN-8489-9.2.5-o")]
    [Rfc("STUN-8489-9.2.3.2-a")]
    [Rfc("TURN-8656-7.3-c")]
    public void Nonce_in_a_verified_response_is_used_from_then_on()
    {
        _bench.Allocate();
        _bench.Advance(540_000);
        _bench.Machine.RequestPermission(_bench.Now, IpAddress.Parse("192.0.2.150"));
        byte[] request = _bench.Next()!;
        _bench.Receive(_bench.Success(request, (ref StunWriter w) => w.AddText(StunAttributeType.Nonce, "rolled early")));
        _bench.Machine.Close(_bench.Now);

        StunReader.TryParse(_bench.Next(), out StunReader release).Should().Be(StunParseStatus.Ok);
        release.GetText(StunAttributeType.Nonce, out ReadOnlySpan<byte> nonce);
        nonce.SequenceEqual("rolled early"u8).Should().BeTrue();
    }

    [Fact]
    public void Open_server_is_used_without_credentials()
    {
        _bench.Machine.Start(_bench.Now);
        byte[] request = _bench.Next()!;
        AuthenticationAttributes.Should().OnlyContain(type => !TurnBench.Has(request, type));
        _bench.Receive(TurnBench.Respond(request, StunClass.SuccessResponse, (ref StunWriter w) =>
        {
            w.AddXorAddress(StunAttributeType.XorRelayedAddress, TurnBench.Relayed);
            w.AddUInt32(StunAttributeType.Lifetime, 600);
        }));

        _bench.Machine.State.Should().Be(TurnAllocationState.Allocated);
        _bench.Machine.MappedAddress.Should().BeNull();
    }

    [Fact]
    public void Neither_user_nor_password_is_ever_printed()
    {
        LongTermCredential credential = new("George", "secret");

        $"{credential} {_bench.Machine} {new TurnAllocationSettings()}".Should().NotContainAny("George", "secret");
    }

    private static byte[] Vector(string id) => VectorFile.ById("integrity.json", "messages")[id].Bytes("hex");

    private byte[] Authenticate(string nonce, params StunPasswordAlgorithm[] algorithms)
    {
        _bench.Machine.Start(_bench.Now);
        _bench.Receive(TurnBench.Challenge(_bench.Next()!, nonce: nonce, algorithms: algorithms)).Kind.Should().Be(VerdictKind.Consumed);
        return _bench.Next()!;
    }
}
