using System.Text.Json;
using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Credentials;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Credentials;

/// <summary>Keys from users, realms and passwords as they come.</summary>
public sealed class LongTermKeyTests
{
    private static readonly IReadOnlyDictionary<string, JsonElement> LongTerm = VectorFile.ById("key-derivation.json", "longTermKeys");
    private static readonly IReadOnlyDictionary<string, JsonElement> ShortTerm = VectorFile.ById("key-derivation.json", "shortTermKeys");

    public static TheoryData<string> LongTermIds => VectorFile.Theory(LongTerm.Keys.Where(id => id != "kd-04"));

    public static TheoryData<string> ShortTermIds => VectorFile.Theory(ShortTerm.Keys);

    [Theory]
    [MemberData(nameof(LongTermIds))]
    [Rfc("STUN-8489-9.2.2-a")]
    [Rfc("STUN-8489-18.5.1.2-a")]
    [Rfc("PRECIS-8489-9.2.2-a")]
    [Rfc("PRECIS-8265-4.2.2-a")]
    public void Unprepared_texts_give_the_key_of_the_vector(string id)
    {
        (string user, string realm, string password) = Input(id);
        using StunIntegrityKey md5 = LongTermKey.Derive(StunPasswordAlgorithm.Md5, user, realm, password);
        using StunIntegrityKey sha256 = LongTermKey.Derive(StunPasswordAlgorithm.Sha256, user, realm, password);

        ShouldEqual(md5, LongTerm[id].Bytes("md5KeyHex"));
        ShouldEqual(sha256, LongTerm[id].Bytes("sha256KeyHex"));
    }

    [Theory]
    [MemberData(nameof(LongTermIds))]
    public void User_and_realm_give_the_user_hash_of_the_vector(string id)
    {
        (string user, string realm, _) = Input(id);
        byte[] hash = new byte[LongTermKey.UserHashBytes];
        LongTermKey.HashUser(user, realm, hash);

        hash.Should().Equal(LongTerm[id].Bytes("userhashHex"));
    }

    [Fact]
    [Rfc("PRECIS-8265-4.2.2-b")]
    public void An_empty_password_is_refused_when_it_is_configured()
    {
        (string user, string realm, string password) = Input("kd-04");

        FluentActions.Invoking(() => LongTermKey.Derive(StunPasswordAlgorithm.Md5, user, realm, password)).Should().Throw<ArgumentException>().WithParameterName("password");
        FluentActions.Invoking(() => new LongTermCredential(user, password)).Should().Throw<ArgumentException>().WithParameterName("password");
        FluentActions.Invoking(() => new LongTermCredential(user, "\0")).Should().Throw<ArgumentException>().WithParameterName("password");
        FluentActions.Invoking(() => new ShortTermCredential(user, password)).Should().Throw<ArgumentException>().WithParameterName("password");
    }

    [Theory]
    [MemberData(nameof(ShortTermIds))]
    [Rfc("STUN-8489-9.1.1-a")]
    public void The_short_term_key_is_the_prepared_password_unhashed(string id)
    {
        var credential = new ShortTermCredential("user", ShortTerm[id].Text("password"));
        using StunIntegrityKey key = credential.CreateKey();

        credential.Password.Should().Be(ShortTerm[id].Text("prepared"));
        ShouldEqual(key, ShortTerm[id].Bytes("keyHex"));
    }

    [Fact]
    public void Users_are_prepared_and_bounded_and_not_shown()
    {
        var credential = new LongTermCredential("cafe\u0301\0", "sesame");

        credential.Username.Should().Be("caf\u00E9");
        credential.ToString().Should().Be("LongTermCredential");
        new ShortTermCredential("u", "sesame").ToString().Should().Be("ShortTermCredential");
        new LongTermCredential(new string('u', 508), "p").Username.Should().HaveLength(508);
        FluentActions.Invoking(() => new LongTermCredential(new string('u', 509), "p")).Should().Throw<ArgumentException>().WithParameterName("username");
        FluentActions.Invoking(() => new LongTermCredential("a\tb", "p")).Should().Throw<ArgumentException>().WithParameterName("username");
        FluentActions.Invoking(() => new LongTermCredential("\"\"", "p")).Should().Throw<ArgumentException>().WithParameterName("username");
    }

    [Fact]
    public void A_key_is_made_by_known_algorithms_only() =>
        FluentActions.Invoking(() => LongTermKey.Derive((StunPasswordAlgorithm)3, "u", "r", "p")).Should().Throw<ArgumentOutOfRangeException>();

    private static (string User, string Realm, string Password) Input(string id)
    {
        JsonElement input = LongTerm[id].GetProperty("input");
        return (input.Text("username"), input.Text("realm"), input.Text("password"));
    }

    // A key cannot be read back; two keys are equal when they sign alike.
    private static void ShouldEqual(StunIntegrityKey key, byte[] expected)
    {
        using var raw = new StunIntegrityKey(expected);
        Sign(key).Should().Equal(Sign(raw));
    }

    private static byte[] Sign(StunIntegrityKey key)
    {
        var writer = new StunWriter(new byte[100], StunMethod.Binding, StunClass.Request, default);
        writer.AddIntegritySha256(key);
        return writer.Written.ToArray();
    }
}
