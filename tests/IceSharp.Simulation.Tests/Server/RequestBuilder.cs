using IceSharp.Protocol;
using IceSharp.Protocol.Stun;

namespace IceSharp.Simulation.Tests.Server;

/// <summary>Builds a message attribute by attribute; the writer is a ref struct and cannot be kept, so each step is a call on a fresh one.</summary>
internal sealed class RequestBuilder(StunMethod method, StunTransactionId id, StunClass @class = StunClass.Request)
{
    private readonly List<Step> _steps = [];

    private delegate void Step(ref StunWriter writer);

    public RequestBuilder Transport(byte protocol = 17) => Add((ref StunWriter w) => w.AddByte(StunAttributeType.RequestedTransport, protocol));

    public RequestBuilder Family(byte family) => Add((ref StunWriter w) => w.AddByte(StunAttributeType.RequestedAddressFamily, family));

    public RequestBuilder Lifetime(uint seconds) => Add((ref StunWriter w) => w.AddUInt32(StunAttributeType.Lifetime, seconds));

    public RequestBuilder Channel(ushort number) => Add((ref StunWriter w) => w.AddUInt16(StunAttributeType.ChannelNumber, number));

    public RequestBuilder Peer(string peer)
    {
        TransportAddress address = TransportAddress.Parse(peer);
        return Add((ref StunWriter w) => w.AddXorAddress(StunAttributeType.XorPeerAddress, address));
    }

    public RequestBuilder Data(ReadOnlySpan<byte> data) => Raw(StunAttributeType.Data, data);

    public RequestBuilder Raw(StunAttributeType type, ReadOnlySpan<byte> value)
    {
        byte[] copy = value.ToArray();
        return Add((ref StunWriter w) => w.AddBytes(type, copy));
    }

    public RequestBuilder Text(StunAttributeType type, string value) => Add((ref StunWriter w) => w.AddText(type, value));

    public RequestBuilder Sign(Credentials credentials) => Add((ref StunWriter w) =>
    {
        w.AddText(StunAttributeType.Username, credentials.Username);
        w.AddText(StunAttributeType.Realm, credentials.Realm);
        w.AddBytes(StunAttributeType.Nonce, credentials.Nonce);
        w.AddIntegrity(credentials.Key);
    });

    /// <summary>Integrity alone, for requests that lack something.</summary>
    public RequestBuilder Sign(StunIntegrityKey key) => Add((ref StunWriter w) => w.AddIntegrity(key));

    public RequestBuilder SignSha256(Credentials credentials, bool hashUser = false, params StunPasswordAlgorithm[] algorithms) => Add((ref StunWriter w) =>
    {
        if (hashUser)
        {
            byte[] input = System.Text.Encoding.UTF8.GetBytes($"{credentials.Username}:{credentials.Realm}");
            w.AddBytes(StunAttributeType.UserHash, System.Security.Cryptography.SHA256.HashData(input));
        }
        else
        {
            w.AddText(StunAttributeType.Username, credentials.Username);
        }

        w.AddText(StunAttributeType.Realm, credentials.Realm);
        w.AddBytes(StunAttributeType.Nonce, credentials.Nonce);
        w.AddPasswordAlgorithms(algorithms.Length > 0 ? algorithms : [StunPasswordAlgorithm.Sha256, StunPasswordAlgorithm.Md5]);
        w.AddPasswordAlgorithm(StunPasswordAlgorithm.Sha256);
        w.AddIntegritySha256(credentials.Sha256Key);
    });

    public RequestBuilder Fingerprint() => Add((ref StunWriter w) => w.AddFingerprint());

    public byte[] ToArray()
    {
        StunWriter writer = new(new byte[2048], method, @class, id);
        foreach (Step step in _steps)
        {
            step(ref writer);
        }

        return writer.Written.ToArray();
    }

    private RequestBuilder Add(Step step)
    {
        _steps.Add(step);
        return this;
    }
}
