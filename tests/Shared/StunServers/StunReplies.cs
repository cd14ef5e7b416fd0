using System.Net;
using IceSharp.Protocol;
using IceSharp.Protocol.Stun;

namespace IceSharp.TestServers;

/// <summary>What hand-made servers answer.</summary>
internal static class StunReplies
{
    public delegate void Attributes(ref StunWriter writer);

    public static byte[] Success(byte[] request, EndPoint client) => Success(request, client, null);

    public static byte[] Success(byte[] request, EndPoint client, StunIntegrityKey? key) => Respond(
        request,
        StunClass.SuccessResponse,
        (ref StunWriter w) => w.AddXorAddress(StunAttributeType.XorMappedAddress, TransportAddress.Parse(client.ToString()!)),
        key);

    public static byte[] Error(byte[] request, int code, Attributes? attributes = null, StunIntegrityKey? key = null) => Respond(
        request,
        StunClass.ErrorResponse,
        (ref StunWriter w) =>
        {
            w.AddErrorCode(code, "because");
            attributes?.Invoke(ref w);
        },
        key);

    public static byte[] Respond(byte[] request, StunClass @class, Attributes attributes, StunIntegrityKey? key = null)
    {
        StunReader.TryParse(request, out StunReader reader).Should().Be(StunParseStatus.Ok);
        var writer = new StunWriter(new byte[1000], reader.Method, @class, reader.TransactionId);
        attributes(ref writer);
        if (key is not null)
        {
            writer.AddIntegrity(key);
        }

        return writer.Written.ToArray();
    }
}
