using IceSharp.Protocol.Agent;
using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Tests.Agent;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Malformed;

/// <summary>Rows for a server with short-term credentials, which in this library is the ICE agent.</summary>
public sealed class MalformedAgentTests
{
    private static readonly TransportAddress Host = TransportAddress.Parse("10.0.0.5:50000");
    private static readonly TransportAddress Remote = TransportAddress.Parse("198.51.100.7:40000");

    // Rows whose outcome does not hang on the row's own password, which the agent would have drawn at random.
    private static readonly Dictionary<string, int> Refused = new()
    {
        ["mf-023"] = 401,
        ["mf-049"] = 401,
        ["mf-085"] = 400,
        ["mf-086"] = 400,
    };

    // Rows about what stands behind the integrity attribute: the codec hides it from every machine.
    private static readonly Dictionary<string, StunAttributeType> Hidden = new()
    {
        ["mf-033"] = (StunAttributeType)0x7F00,
        ["mf-034"] = StunAttributeType.UseCandidate,
        ["mf-035"] = StunAttributeType.UseCandidate,
    };

    /// <summary>Rows that only an agent can run: PRIORITY is unknown to a server, which would say 420. The others here run against the server as well.</summary>
    internal static IEnumerable<string> Ids => ["mf-034"];

    public static TheoryData<string> RefusedRows => VectorFile.Theory(Refused.Keys);

    public static TheoryData<string> HiddenRows => VectorFile.Theory(Hidden.Keys);

    [Theory]
    [MemberData(nameof(RefusedRows))]
    [Rfc("STUN-8489-9.1.3-a")]
    public void A_check_without_right_credentials_is_refused_without_integrity(string id)
    {
        MalformedVector row = MalformedVector.ById(id);
        var wire = new Wire(TimeSpan.Zero);
        Wire.Station station = wire.Add("agent", new IceAgentMachineOptions(), Host.Address.ToString());
        station.Machine.AddDataStream("audio", 1);
        station.Machine.StartGathering(wire.Now);
        station.Drain();

        station.Receive(new Wire.Flight(wire.Now, "peer", Remote, Host, WithFingerprint(row.Bytes)));

        byte[] answer = wire.Trace.Should().ContainSingle().Which.Bytes;
        StunReader.TryParse(answer, out StunReader response).Should().Be(StunParseStatus.Ok);
        response.GetErrorCode(out int code, out _).Should().Be(StunAttributeStatus.Ok);
        code.Should().Be(Refused[id]);
        row.Action.Should().StartWith($"error {code}");
        (response.HasIntegrity || response.HasIntegritySha256 || response.Has(StunAttributeType.Username)).Should().BeFalse();
        response.VerifyFingerprint().Should().Be(StunFingerprintStatus.Ok);
        station.Machine.GetPairs(0).Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(HiddenRows))]
    [Rfc("STUN-8489-9-a")]
    [Rfc("STUN-8489-9-b")]
    [Rfc("STUN-8489-9-c")]
    public void What_stands_behind_the_integrity_attribute_is_as_if_it_were_absent(string id)
    {
        MalformedVector row = MalformedVector.ById(id);
        using StunIntegrityKey key = StunIntegrityKey.ShortTerm("VOkJxbRl1RmTxUk/WvJxBt");
        StunReader.TryParse(row.Bytes, out StunReader message).Should().Be(StunParseStatus.Ok);

        message.Has(Hidden[id]).Should().BeFalse();
        foreach (StunAttribute attribute in message)
        {
            attribute.Type.Should().NotBe(Hidden[id]);
        }

        (message.HasIntegritySha256 ? message.VerifyIntegritySha256(key) : message.VerifyIntegrity(key)).Should().Be(StunIntegrityStatus.Ok);
        message.VerifyFingerprint().Should().Be(StunFingerprintStatus.Ok);
        row.IsRejected.Should().BeFalse();
    }

    [Fact]
    [Rfc("STUN-8489-7-a")]
    public void A_check_without_a_fingerprint_or_with_a_wrong_one_gets_no_answer()
    {
        byte[] right = WithFingerprint(MalformedVector.ById("mf-085").Bytes);
        byte[] wrong = [.. right];
        wrong[^1] ^= 1;

        Answers(right).Should().Be(1);
        Answers(MalformedVector.ById("mf-085").Bytes).Should().Be(0);
        Answers(wrong).Should().Be(0);
        Answers(MalformedVector.ById("mf-097").Bytes).Should().Be(0);
    }

    [Fact]
    [Rfc("STUN-5389-12.2-b")]
    public void A_request_of_RFC_3489_gets_no_answer_where_STUN_is_multiplexed() => Answers(MalformedVector.ById("mf-010").Bytes).Should().Be(0);

    private static int Answers(byte[] datagram)
    {
        var wire = new Wire(TimeSpan.Zero);
        Wire.Station station = wire.Add("agent", new IceAgentMachineOptions(), Host.Address.ToString());
        station.Machine.AddDataStream("audio", 1);
        station.Machine.StartGathering(wire.Now);
        station.Drain();
        station.Receive(new Wire.Flight(wire.Now, "peer", Remote, Host, datagram));
        return wire.Trace.Count;
    }

    // ICE demands a fingerprint, which some of the rows do not have; nothing else of them is touched.
    private static byte[] WithFingerprint(byte[] bytes)
    {
        StunReader.TryParse(bytes, out StunReader message);
        if (message.HasFingerprint)
        {
            return bytes;
        }

        byte[] longer = [.. bytes, 0x80, 0x28, 0, 4, 0, 0, 0, 0];
        longer[3] += 8;
        uint fingerprint = Crc32.Compute(longer.AsSpan(0, bytes.Length)) ^ 0x5354554E;
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(longer.AsSpan(bytes.Length + 4), fingerprint);
        return longer;
    }
}
