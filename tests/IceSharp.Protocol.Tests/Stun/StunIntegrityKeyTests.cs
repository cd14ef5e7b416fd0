using System.Reflection;
using System.Text.Json;
using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Stun;

/// <summary>Keys from prepared user names, realms and passwords; the preparation itself is another matter.</summary>
public sealed class StunIntegrityKeyTests
{
    private static readonly IReadOnlyDictionary<string, JsonElement> LongTerm = VectorFile.ById("key-derivation.json", "longTermKeys");
    private static readonly IReadOnlyDictionary<string, JsonElement> ShortTerm = VectorFile.ById("key-derivation.json", "shortTermKeys");

    public static TheoryData<string> LongTermIds => VectorFile.Theory(LongTerm.Keys);

    public static TheoryData<string> ShortTermIds => VectorFile.Theory(ShortTerm.Keys);

    [Fact]
    [Rfc("STUN-8489-9-f")]
    public void A_received_HMAC_is_compared_in_constant_time_and_nothing_else_compares_it()
    {
        string[] calls = [.. Calls(typeof(StunIntegrityKey).GetMethod("Matches", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public)!)];

        calls.Should().Contain("CryptographicOperations.FixedTimeEquals").And.NotContain(c => c.Contains("SequenceEqual", StringComparison.Ordinal));
        Calls(typeof(StunReader).GetMethod("Verify", BindingFlags.Instance | BindingFlags.NonPublic)!)
            .Should().Contain("StunIntegrityKey.Matches").And.NotContain(c => c.Contains("SequenceEqual", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(LongTermIds))]
    public void A_long_term_key_is_the_hash_of_user_realm_and_password(string id)
    {
        JsonElement prepared = LongTerm[id].GetProperty("prepared");
        (string user, string realm, string password) = (prepared.Text("username"), prepared.Text("realm"), prepared.Text("password"));
        using StunIntegrityKey md5 = StunIntegrityKey.LongTermMd5(user, realm, password);
        using StunIntegrityKey sha256 = StunIntegrityKey.LongTermSha256(user, realm, password);

        ShouldEqual(md5, LongTerm[id].Bytes("md5KeyHex"));
        ShouldEqual(sha256, LongTerm[id].Bytes("sha256KeyHex"));
    }

    [Theory]
    [MemberData(nameof(ShortTermIds))]
    [Rfc("STUN-8489-14.5-e")]
    public void A_short_term_key_is_the_password_of_any_length(string id)
    {
        using StunIntegrityKey key = StunIntegrityKey.ShortTerm(ShortTerm[id].Text("prepared"));

        ShouldEqual(key, ShortTerm[id].Bytes("keyHex"));
    }

    [Fact]
    public void A_key_that_is_disposed_is_not_used_again()
    {
        var key = new StunIntegrityKey([1, 2, 3]);
        key.Dispose();
        key.Dispose();

        FluentActions.Invoking(() => Sign(key, sha256: false)).Should().Throw<ObjectDisposedException>();
    }

    [Fact]
    public void A_message_longer_than_the_stack_scratch_verifies()
    {
        using var key = new StunIntegrityKey([1, 2, 3]);
        byte[] buffer = new byte[1600];
        var writer = new StunWriter(buffer, StunMethod.Binding, StunClass.Request, default);
        writer.AddBytes(StunAttributeType.Data, new byte[1300]);
        writer.AddIntegrity(key);
        StunReader.TryParse(writer.Written, out StunReader message);

        message.VerifyIntegrity(key).Should().Be(StunIntegrityStatus.Ok);
        buffer[500] ^= 1;
        message.VerifyIntegrity(key).Should().Be(StunIntegrityStatus.Mismatch);
    }

    [Fact]
    public void Its_text_does_not_show_the_password()
    {
        using StunIntegrityKey key = StunIntegrityKey.ShortTerm("sesame");

        key.ToString().Should().Be(nameof(StunIntegrityKey));
    }

    // A key cannot be read back; two keys are equal when they sign alike.
    private static void ShouldEqual(StunIntegrityKey key, byte[] expected)
    {
        using var raw = new StunIntegrityKey(expected);
        Sign(key, sha256: false).Should().Equal(Sign(raw, sha256: false));
        Sign(key, sha256: true).Should().Equal(Sign(raw, sha256: true));
    }

    private static byte[] Sign(StunIntegrityKey key, bool sha256)
    {
        var writer = new StunWriter(new byte[100], StunMethod.Binding, StunClass.Request, default);
        if (sha256)
        {
            writer.AddIntegritySha256(key);
        }
        else
        {
            writer.AddIntegrity(key);
        }

        return writer.Written.ToArray();
    }

    // What a method calls, read from its instructions: call and callvirt with a token behind them. A token that is none is a byte that looks like one.
    private static IEnumerable<string> Calls(MethodInfo method)
    {
        byte[] code = method.GetMethodBody()!.GetILAsByteArray()!;
        for (int i = 0; i + 4 < code.Length; i++)
        {
            if (code[i] is not (0x28 or 0x6F))
            {
                continue;
            }

            MethodBase? called = null;
            try
            {
                called = method.Module.ResolveMethod(BitConverter.ToInt32(code, i + 1));
            }
            catch (ArgumentException)
            {
            }

            if (called is not null)
            {
                yield return $"{called.DeclaringType!.Name}.{called.Name}";
            }
        }
    }
}
