using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Credentials;

namespace IceSharp.Protocol.Tests.Credentials;

/// <summary>Requests of a client, and the hand that writes the server's answers.</summary>
internal static class CredentialBench
{
    public const string User = "George";
    public const string Password = "secret";
    public const string Realm = "example.org";
    public const string PlainNonce = "f//499k954d6OL34oL9FSTvy64sA";
    public const string AlgorithmsNonce = "obMatJos2gAAAadl7W7PeDU4hKE72jda";
    public const string BothBitsNonce = "obMatJos2wAAAn";

    private static uint _ids;

    public delegate void Attributes(ref StunWriter writer);

    public static StunPasswordAlgorithm[] None => [];

    public static StunPasswordAlgorithm[] Sha256 => [StunPasswordAlgorithm.Sha256];

    public static StunPasswordAlgorithm[] Both => [StunPasswordAlgorithm.Sha256, StunPasswordAlgorithm.Md5];

    public static byte[] Request(this LongTermAuthenticator authenticator, LongTermAttempt attempt, StunMethod method = StunMethod.Binding)
    {
        var writer = new StunWriter(new byte[1500], method, StunClass.Request, new StunTransactionId(++_ids, 7));
        authenticator.Write(ref writer, attempt);
        return writer.Written.ToArray();
    }

    /// <summary>Has a request challenged and gives the one that answers the challenge.</summary>
    public static byte[] Authenticate(this LongTermAuthenticator authenticator, LongTermAttempt attempt, string nonce, params StunPasswordAlgorithm[] algorithms)
    {
        byte[] first = authenticator.Request(attempt);
        authenticator.Take(Challenge(first, 401, nonce, Realm, algorithms), attempt).Should().Be(LongTermFailure.None);
        return authenticator.Request(attempt);
    }

    public static LongTermFailure Take(this LongTermAuthenticator authenticator, byte[] challenge, LongTermAttempt attempt)
    {
        StunReader response = Read(challenge);
        authenticator.Examine(response, attempt).Should().Be(AuthenticationVerdict.Challenge);
        return authenticator.TakeChallenge(response, attempt);
    }

    public static AuthenticationVerdict Examine(this LongTermAuthenticator authenticator, byte[] response, LongTermAttempt attempt) =>
        authenticator.Examine(Read(response), attempt);

    public static byte[] Challenge(byte[] request, int code, string? nonce, string? realm, params StunPasswordAlgorithm[] algorithms) =>
        Error(request, code, (ref StunWriter w) =>
        {
            if (realm is not null)
            {
                w.AddText(StunAttributeType.Realm, realm);
            }

            if (nonce is not null)
            {
                w.AddText(StunAttributeType.Nonce, nonce);
            }

            if (algorithms.Length > 0)
            {
                w.AddPasswordAlgorithms(algorithms);
            }
        });

    public static byte[] Error(byte[] request, int code, Attributes? attributes = null, StunIntegrityKey? sha1 = null, StunIntegrityKey? sha256 = null) =>
        Respond(request, StunClass.ErrorResponse, (ref StunWriter w) =>
        {
            w.AddErrorCode(code, "error");
            attributes?.Invoke(ref w);
        }, sha1, sha256);

    public static byte[] Success(byte[] request, StunIntegrityKey? sha1 = null, StunIntegrityKey? sha256 = null, Attributes? attributes = null) =>
        Respond(request, StunClass.SuccessResponse, attributes, sha1, sha256);

    public static byte[] Respond(byte[] request, StunClass @class, Attributes? attributes, StunIntegrityKey? sha1 = null, StunIntegrityKey? sha256 = null)
    {
        StunReader reader = Read(request);
        var writer = new StunWriter(new byte[3000], reader.Method, @class, reader.TransactionId);
        attributes?.Invoke(ref writer);
        if (sha1 is not null)
        {
            writer.AddIntegrity(sha1);
        }

        if (sha256 is not null)
        {
            writer.AddIntegritySha256(sha256);
        }

        return writer.Written.ToArray();
    }

    public static StunReader Read(byte[] message)
    {
        StunReader.TryParse(message, out StunReader reader).Should().Be(StunParseStatus.Ok);
        return reader;
    }

    public static bool Has(byte[] message, StunAttributeType type) => Read(message).Has(type);

    public static string? TextOf(byte[] message, StunAttributeType type) =>
        Read(message).GetText(type, out ReadOnlySpan<byte> text) == StunAttributeStatus.Ok ? System.Text.Encoding.UTF8.GetString(text) : null;

    public static byte[] Vector(string id) => VectorFile.ById("integrity.json", "messages")[id].Bytes("hex");

    public static byte[] MalformedVectorBytes(string id) => VectorFile.ById("malformed.json", "vectors")[id].Bytes("hex");
}
