using System.Text;
using IceSharp.Protocol;
using IceSharp.Protocol.Stun;

namespace IceSharp.Simulation.Tests.Server;

/// <summary>A message from the server, parsed on demand.</summary>
internal sealed class Message(byte[] bytes)
{
    public static Message Single(List<Sent> sent) => new(sent.Should().ContainSingle().Which.Bytes);

    public byte[] All => bytes;

    public StunMethod Method => Reader.Method;

    public StunTransactionId Id => Reader.TransactionId;

    public bool IsSuccess => Reader.Class == StunClass.SuccessResponse;

    /// <summary>The error code; 0 in anything but an error response.</summary>
    public int Code => Reader.GetErrorCode(out int code, out _) == StunAttributeStatus.Ok ? code : 0;

    public bool HasIntegrity => Reader.HasIntegrity;

    public bool HasIntegritySha256 => Reader.HasIntegritySha256;

    public bool HasFingerprint => Reader.VerifyFingerprint() == StunFingerprintStatus.Ok;

    private StunReader Reader
    {
        get
        {
            StunReader.TryParse(bytes, out StunReader reader).Should().Be(StunParseStatus.Ok);
            return reader;
        }
    }

    public bool Has(StunAttributeType type) => Reader.Has(type);

    public bool IsSignedBy(Credentials credentials) => Reader.VerifyIntegrity(credentials.Key) == StunIntegrityStatus.Ok;

    public bool IsSignedSha256By(Credentials credentials) => Reader.VerifyIntegritySha256(credentials.Sha256Key) == StunIntegrityStatus.Ok;

    public TransportAddress Address(StunAttributeType type)
    {
        Reader.GetXorAddress(type, out TransportAddress address).Should().Be(StunAttributeStatus.Ok);
        return address;
    }

    public uint Lifetime => Reader.GetUInt32(StunAttributeType.Lifetime, out uint seconds) == StunAttributeStatus.Ok ? seconds : uint.MaxValue;

    public byte[]? Bytes(StunAttributeType type) => Reader.GetBytes(type, out ReadOnlySpan<byte> value) == StunAttributeStatus.Ok ? value.ToArray() : null;

    public string Text(StunAttributeType type) => Encoding.UTF8.GetString(Bytes(type) ?? []);
}
