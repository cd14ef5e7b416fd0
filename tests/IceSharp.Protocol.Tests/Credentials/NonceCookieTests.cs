using System.Text;
using System.Text.Json;
using IceSharp.Protocol.Stun.Credentials;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Credentials;

public sealed class NonceCookieTests
{
    private static readonly IReadOnlyDictionary<string, JsonElement> Vectors = VectorFile.ById("key-derivation.json", "nonceCookies");

    public static TheoryData<string> Ids => VectorFile.Theory(Vectors.Keys);

    [Theory]
    [MemberData(nameof(Ids))]
    [Rfc("STUN-8489-9.2-b")]
    [Rfc("STUN-8489-9.2-c")]
    public void A_nonce_announces_what_the_vector_says(string id)
    {
        JsonElement vector = Vectors[id];

        NonceCookie.Read(Encoding.UTF8.GetBytes(vector.Text("nonce"))).Should().Be(new NonceCookie(
            vector.GetProperty("hasCookie").GetBoolean(),
            vector.GetProperty("passwordAlgorithms").GetBoolean(),
            vector.GetProperty("usernameAnonymity").GetBoolean()));
    }
}
