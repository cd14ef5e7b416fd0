using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Credentials;
using IceSharp.TestMarks;
using static IceSharp.Protocol.Tests.Credentials.CredentialBench;

namespace IceSharp.Protocol.Tests.Credentials;

/// <summary>The short-term mechanism, client and server.</summary>
public sealed class ShortTermTests : IDisposable
{
    private const string ShortUser = "abcd:efgh";
    private const string ShortPassword = "VOkJxbRl1RmTxUk/WvJxBt";

    private readonly ShortTermCredential _credential = new(ShortUser, ShortPassword);
    private readonly StunIntegrityKey _key;
    private readonly StunIntegrityKey _wrong = new([1, 2, 3]);

    public ShortTermTests() => _key = _credential.CreateKey();

    public void Dispose()
    {
        _key.Dispose();
        _wrong.Dispose();
    }

    [Theory]
    [InlineData(ShortTermIntegrity.Both, true, true)]
    [InlineData(ShortTermIntegrity.Sha1, true, false)]
    [InlineData(ShortTermIntegrity.Sha256, false, true)]
    [Rfc("STUN-8489-9.1.2-a")]
    public void Requests_carry_the_user_and_the_kinds_of_integrity_that_are_asked_for(ShortTermIntegrity integrity, bool sha1, bool sha256)
    {
        using var client = new ShortTermAuthenticator(_credential, integrity);
        byte[] request = Request(client, out ShortTermIntegrity sent);

        sent.Should().Be(integrity);
        TextOf(request, StunAttributeType.Username).Should().Be(ShortUser);
        Read(request).VerifyIntegrity(_key).Should().Be(sha1 ? StunIntegrityStatus.Ok : StunIntegrityStatus.Missing);
        Read(request).VerifyIntegritySha256(_key).Should().Be(sha256 ? StunIntegrityStatus.Ok : StunIntegrityStatus.Missing);
    }

    [Fact]
    [Rfc("STUN-8489-9.1.4-a")]
    public void A_response_of_the_other_kind_than_the_only_one_sent_is_dropped()
    {
        using var client = new ShortTermAuthenticator(_credential, ShortTermIntegrity.Sha1);
        byte[] request = Request(client, out ShortTermIntegrity sent);

        client.Examine(Read(Success(request, sha256: _key)), sent).Should().Be(AuthenticationVerdict.Discarded);
        client.Examine(Read(Success(request, sha1: _key)), sent).Should().Be(AuthenticationVerdict.Accepted);
    }

    [Theory]
    [InlineData(ShortTermIntegrity.Both)]
    [InlineData(ShortTermIntegrity.Sha1)]
    [InlineData(ShortTermIntegrity.Sha256)]
    public void A_response_with_missing_or_wrong_integrity_is_a_violation(ShortTermIntegrity integrity)
    {
        using var client = new ShortTermAuthenticator(_credential, integrity);
        byte[] request = Request(client, out ShortTermIntegrity sent);

        client.Examine(Read(Success(request)), sent).Should().Be(AuthenticationVerdict.IntegrityViolated);
        client.Examine(Read(Error(request, 401)), sent).Should().Be(AuthenticationVerdict.IntegrityViolated);
        client.Examine(Read(Success(request, sha1: _wrong, sha256: _wrong)), sent).Should().Be(AuthenticationVerdict.IntegrityViolated);
        client.Integrity.Should().Be(integrity);
    }

    [Theory]
    [InlineData(true, ShortTermIntegrity.Sha256)]
    [InlineData(false, ShortTermIntegrity.Sha1)]
    [Rfc("STUN-8489-9.1.5-a")]
    public void Later_requests_carry_only_the_kind_of_the_first_believed_response(bool sha256, ShortTermIntegrity expected)
    {
        using var client = new ShortTermAuthenticator(_credential);
        byte[] request = Request(client, out ShortTermIntegrity sent);
        client.Examine(Read(Success(request, sha256 ? null : _key, sha256 ? _key : null)), sent).Should().Be(AuthenticationVerdict.Accepted);

        byte[] later = Request(client, out ShortTermIntegrity next);
        next.Should().Be(expected);
        Read(later).HasIntegrity.Should().Be(!sha256);
        Read(later).HasIntegritySha256.Should().Be(sha256);
        client.Examine(Read(Success(later, sha256 ? _key : null, sha256 ? null : _key)), next).Should().Be(AuthenticationVerdict.Discarded);
    }

    [Theory]
    [InlineData("mf-079", ShortTermCheck.Unauthenticated)]
    [InlineData("mf-082", ShortTermCheck.Accepted)]
    [InlineData("mf-083", ShortTermCheck.Unauthenticated)]
    [InlineData("mf-085", ShortTermCheck.BadRequest)]
    [InlineData("mf-086", ShortTermCheck.BadRequest)]
    [InlineData("mf-087", ShortTermCheck.Discard)]
    [Rfc("STUN-8489-9.1.3-a")]
    [Rfc("STUN-8489-9.1.3-c")]
    [Rfc("STUN-8489-9.1.3-d")]
    public void A_server_gives_each_malformed_vector_its_answer(string id, ShortTermCheck expected)
    {
        Check(MalformedVectorBytes(id), out StunIntegrityKey? key, out _).Should().Be(expected);
        (key is not null).Should().Be(expected == ShortTermCheck.Accepted);
    }

    [Fact]
    [Rfc("STUN-8489-9.1.3-b")]
    [Rfc("STUN-8489-9.1.3-d")]
    [Rfc("STUN-8489-9.1.3-e")]
    public void An_unknown_user_is_unauthenticated_and_leaves_no_key_to_sign_with()
    {
        using var client = new ShortTermAuthenticator(new ShortTermCredential("stranger", ShortPassword));

        Check(Request(client, out _), out StunIntegrityKey? key, out _).Should().Be(ShortTermCheck.Unauthenticated);
        key.Should().BeNull();
        Check(Request(client, out _, StunClass.Indication), out key, out _).Should().Be(ShortTermCheck.Discard);
        key.Should().BeNull();
    }

    [Fact]
    [Rfc("STUN-8489-9.1.3-g")]
    public void Presence_is_checked_before_the_user_and_the_user_before_integrity()
    {
        int lookups = 0;
        StunIntegrityKey? Count(ReadOnlySpan<byte> username)
        {
            lookups++;
            return null;
        }

        ShortTermVerifier.Check(Read(MalformedVectorBytes("mf-086")), Count, out _, out _).Should().Be(ShortTermCheck.BadRequest);
        lookups.Should().Be(0);
        ShortTermVerifier.Check(Read(MalformedVectorBytes("mf-079")), Count, out _, out _).Should().Be(ShortTermCheck.Unauthenticated);
        lookups.Should().Be(1);
    }

    [Theory]
    [InlineData("int-01", StunIntegrityAlgorithm.HmacSha1)]
    [InlineData("int-02", StunIntegrityAlgorithm.HmacSha256)]
    [Rfc("STUN-8489-9.1.3-f")]
    public void The_response_carries_only_the_kind_of_its_request_and_no_user(string id, StunIntegrityAlgorithm expected)
    {
        byte[] request = Vector(id);
        string user = TextOf(request, StunAttributeType.Username)!;
        ShortTermVerifier.Check(Read(request), name => name.SequenceEqual(System.Text.Encoding.UTF8.GetBytes(user)) ? _key : null, out StunIntegrityKey? key, out StunIntegrityAlgorithm algorithm)
            .Should().Be(ShortTermCheck.Accepted);
        algorithm.Should().Be(expected);

        var writer = new StunWriter(new byte[100], StunMethod.Binding, StunClass.SuccessResponse, Read(request).TransactionId);
        ShortTermVerifier.Sign(ref writer, key!, algorithm);
        StunReader response = Read(writer.Written.ToArray());

        response.HasIntegrity.Should().Be(expected == StunIntegrityAlgorithm.HmacSha1);
        response.HasIntegritySha256.Should().Be(expected == StunIntegrityAlgorithm.HmacSha256);
        response.Has(StunAttributeType.Username).Should().BeFalse();
        using var client = new ShortTermAuthenticator(_credential);
        client.Examine(response, ShortTermIntegrity.Both).Should().Be(AuthenticationVerdict.Accepted);
    }

    private static byte[] Request(ShortTermAuthenticator client, out ShortTermIntegrity sent, StunClass @class = StunClass.Request)
    {
        var writer = new StunWriter(new byte[200], StunMethod.Binding, @class, new StunTransactionId(1, 2));
        sent = client.Write(ref writer);
        return writer.Written.ToArray();
    }

    private ShortTermCheck Check(byte[] message, out StunIntegrityKey? key, out StunIntegrityAlgorithm algorithm) =>
        ShortTermVerifier.Check(Read(message), name => name.SequenceEqual("abcd:efgh"u8) ? _key : null, out key, out algorithm);
}
