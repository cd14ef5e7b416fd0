using System.Buffers.Binary;
using IceSharp.Protocol.Discovery;
using IceSharp.Protocol.Dns;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Discovery;

public class SrvOrderTests
{
    [Fact]
    [Rfc("STUN-8489-8.1-d")]
    public void Weights_share_the_first_place()
    {
        SrvRecord[] records = [new(1, 60, 1, "a"), new(1, 30, 2, "b"), new(1, 10, 3, "c")];
        var random = new CountingRandom();
        var first = new Dictionary<string, int> { ["a"] = 0, ["b"] = 0, ["c"] = 0 };

        for (int i = 0; i < 10_000; i++)
        {
            first[SrvOrder.Draw(records, random)[0].Target]++;
        }

        // RFC 2782 draws from 0 to the sum, both included: 61, 30 and 10 of 101.
        first["a"].Should().BeInRange(5850, 6250);
        first["b"].Should().BeInRange(2770, 3170);
        first["c"].Should().BeInRange(800, 1200);
    }

    [Fact]
    [Rfc("STUN-8489-8.1-d")]
    public void Lower_priority_comes_first_whatever_the_weight()
    {
        SrvRecord[] records = [new(20, 65535, 1, "late"), new(10, 0, 2, "early"), new(15, 1, 3, "middle")];

        for (ulong i = 0; i < 100; i++)
        {
            SrvOrder.Draw(records, new CountingRandom(i)).Select(r => r.Target).Should().Equal("early", "middle", "late");
        }
    }

    [Fact]
    [Rfc("STUN-8489-8.1-d")]
    public void Record_without_weight_is_rarely_first_beside_one_with_weight()
    {
        SrvRecord[] records = [new(1, 100, 1, "heavy"), new(1, 0, 2, "light")];
        var random = new CountingRandom();

        int light = Enumerable.Range(0, 10_000).Count(_ => SrvOrder.Draw(records, random)[0].Target == "light");

        light.Should().BeInRange(30, 200, "the draw of 0 out of 0 to 100 reaches it");
    }

    [Fact]
    public void Nothing_is_lost_and_the_input_stays()
    {
        SrvRecord[] records = [.. Enumerable.Range(0, 50).Select(i => new SrvRecord((ushort)(i % 3), (ushort)(i * 1300), (ushort)i, $"s{i}"))];
        SrvRecord[] before = [.. records];

        SrvOrder.Draw(records, new CountingRandom()).Should().BeEquivalentTo(records);

        records.Should().Equal(before);
        SrvOrder.Draw([], new CountingRandom()).Should().BeEmpty();
    }

    // Steps through the whole range evenly: a golden-ratio sequence.
    private sealed class CountingRandom(ulong start = 0) : IRandomSource
    {
        private ulong _value = start;

        public void Fill(Span<byte> destination) => BinaryPrimitives.WriteUInt64BigEndian(destination, _value += 0x9E3779B97F4A7C15);
    }
}
