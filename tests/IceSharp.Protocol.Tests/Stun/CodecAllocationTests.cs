using IceSharp.Protocol.Framing;
using IceSharp.Protocol.Stun;

namespace IceSharp.Protocol.Tests.Stun;

/// <summary>The codec's hot paths allocate nothing.</summary>
public sealed class CodecAllocationTests : IDisposable
{
    private readonly byte[] _request = MessageVector.ById("int-02").Hex;
    private readonly byte[] _large = new byte[1200];
    private readonly byte[] _buffer = new byte[1500];
    private readonly StunIntegrityKey _key = new(MessageVector.ById("int-02").Key);
    private readonly StunAttributeType[] _unknown = [StunAttributeType.DontFragment];
    private readonly StunPasswordAlgorithm[] _algorithms = [StunPasswordAlgorithm.Sha256, StunPasswordAlgorithm.Md5];
    private int _sink;

    public void Dispose() => _key.Dispose();

    [Fact]
    public void The_measure_sees_an_allocation() => Allocation.Of(() => _sink += new byte[1].Length).Should().BeGreaterThan(1000);

    [Fact]
    public void Parsing_and_reading_a_check_allocates_nothing() => Allocation.Of(() =>
    {
        StunReader.TryParse(_request, out StunReader message);
        message.GetText(StunAttributeType.Username, out ReadOnlySpan<byte> username);
        message.GetUInt32(StunAttributeType.Priority, out uint priority);
        message.GetUInt64(StunAttributeType.IceControlled, out ulong tieBreaker);
        message.GetFlag(StunAttributeType.UseCandidate);
        _sink += username.Length + (int)priority + (int)tieBreaker;
    }).Should().Be(0);

    [Fact]
    public void Reading_addresses_and_errors_allocates_nothing()
    {
        byte[] success = MessageVector.ById("int-06").Hex;
        byte[] error = MessageVector.ById("int-25").Hex;
        byte[] challenge = MessageVector.ById("int-13").Hex;
        Allocation.Of(() =>
        {
            StunReader.TryParse(success, out StunReader message);
            message.GetXorAddress(StunAttributeType.XorMappedAddress, out TransportAddress mapped);
            StunReader.TryParse(error, out message);
            message.GetErrorCode(out int code, out _);
            message.TryFind(StunAttributeType.UnknownAttributes, out StunAttribute unknown);
            unknown.ReadUnknownAttributes(out StunAttributeTypeList types);
            StunReader.TryParse(challenge, out message);
            message.TryFind(StunAttributeType.PasswordAlgorithms, out StunAttribute algorithms);
            algorithms.ReadPasswordAlgorithms(out StunPasswordAlgorithmList list);
            foreach (StunPasswordAlgorithmEntry entry in list)
            {
                _sink += (int)entry.Algorithm;
            }

            _sink += mapped.Port + code + types.Count;
        }).Should().Be(0);
    }

    [Fact]
    public void Verifying_allocates_nothing() => Allocation.Of(() =>
    {
        StunReader.TryParse(_request, out StunReader message);
        _sink += (int)message.VerifyFingerprint() + (int)message.VerifyIntegrity(_key) + (int)message.VerifyIntegritySha256(_key);
    }).Should().Be(0);

    [Fact]
    public void Building_and_signing_allocates_nothing() => Allocation.Of(() =>
    {
        var writer = new StunWriter(_buffer, StunMethod.Binding, StunClass.Request, new StunTransactionId(1, 2));
        writer.AddText(StunAttributeType.Username, "abcd:efgh");
        writer.AddUInt32(StunAttributeType.Priority, 1);
        writer.AddUInt64(StunAttributeType.IceControlling, 2);
        writer.AddFlag(StunAttributeType.UseCandidate);
        writer.AddXorAddress(StunAttributeType.XorPeerAddress, new TransportAddress(IpAddress.FromIPv4(0xC0000201), 1));
        writer.AddErrorCode(487, "Role Conflict");
        writer.AddUnknownAttributes(_unknown);
        writer.AddPasswordAlgorithms(_algorithms);
        writer.AddIntegrity(_key);
        writer.AddIntegritySha256(_key);
        writer.AddFingerprint();
        _sink += writer.Length;
    }).Should().Be(0);

    [Fact]
    public void Channel_data_both_ways_allocates_nothing() => Allocation.Of(() =>
    {
        int bytes = ChannelDataWriter.Write(_buffer, 0x4000, _large);
        ChannelDataReader.TryParse(_buffer.AsSpan(0, bytes), out ChannelDataReader frame);
        _sink += frame.Data.Length + ChannelDataWriter.WritePadded(_buffer, 0x4000, _large);
    }).Should().Be(0);

    [Fact]
    public void Send_and_data_indications_allocate_nothing() => Allocation.Of(() =>
    {
        var writer = new StunWriter(_buffer, StunMethod.Send, StunClass.Indication, new StunTransactionId(1, 2));
        writer.AddXorAddress(StunAttributeType.XorPeerAddress, new TransportAddress(IpAddress.FromIPv4(0xC0000201), 1));
        writer.AddBytes(StunAttributeType.Data, _large);
        StunReader.TryParse(writer.Written, out StunReader message);
        message.GetXorAddress(StunAttributeType.XorPeerAddress, out TransportAddress peer);
        message.GetBytes(StunAttributeType.Data, out ReadOnlySpan<byte> data);
        _sink += peer.Port + data.Length;
    }).Should().Be(0);

    [Fact]
    public void Refusing_garbage_allocates_nothing()
    {
        byte[][] rows = [.. Malformed.MalformedVector.All.Select(v => v.Bytes)];
        Allocation.Of(() =>
        {
            foreach (byte[] row in rows)
            {
                _sink += (int)StunReader.TryParse(row, out _) + (int)ChannelDataReader.TryParse(row, out _);
            }
        }).Should().Be(0);
    }
}
