using System.Globalization;
using IceSharp.Protocol.Framing;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Malformed;

/// <summary>Rows about ChannelData in datagrams and about byte streams.</summary>
public sealed class MalformedFramingTests
{
    private static readonly Dictionary<string, ChannelDataStatus> FrameReasons = new()
    {
        ["too-short"] = ChannelDataStatus.TooShort,
        ["bad-channel"] = ChannelDataStatus.BadChannel,
        ["length-exceeds-buffer"] = ChannelDataStatus.LengthExceedsBuffer,

        // Whether a number is bound is for the allocation to say: the frame itself is sound.
        ["unbound-channel"] = ChannelDataStatus.Ok,
        ["padding-ignored"] = ChannelDataStatus.Ok,
        ["trailing-ignored"] = ChannelDataStatus.Ok,
        ["valid"] = ChannelDataStatus.Ok,
    };

    private static readonly Dictionary<string, StreamFrameStatus> StreamReasons = new()
    {
        ["stream-desync"] = StreamFrameStatus.Desynchronized,
        ["length-not-multiple-of-4"] = StreamFrameStatus.LengthNotMultipleOf4,
        ["bad-cookie"] = StreamFrameStatus.BadCookie,
    };

    public static TheoryData<string> Frames => MalformedVector.OfLayer("channeldata");

    public static TheoryData<string> Streams => MalformedVector.OfLayer("stream");

    [Theory]
    [MemberData(nameof(Frames))]
    [Rfc("TURN-8656-12.6-a")]
    [Rfc("TURN-8656-12.6-b")]
    [Rfc("TURN-8656-12.4-a")]
    [Rfc("TURN-5766-11-a")]
    public void Channel_data_gives_exactly_the_listed_reason(string id)
    {
        MalformedVector row = MalformedVector.ById(id);

        ChannelDataReader.TryParse(row.Bytes, out ChannelDataReader frame).Should().Be(FrameReasons[row.Reason]);

        if (!row.IsRejected)
        {
            int length = row.Action.Contains("empty", StringComparison.Ordinal)
                ? 0
                : int.Parse(row.Action.Split(' ')[1], CultureInfo.InvariantCulture);
            frame.Channel.Should().Be(0x4000);
            frame.Data.ToArray().Should().Equal(Enumerable.Repeat((byte)0x41, length));
        }
    }

    [Theory]
    [MemberData(nameof(Streams))]
    [Rfc("STUN-8489-6.2.2-f")]
    public void A_stream_out_of_step_gives_exactly_the_listed_reason_however_it_is_cut(string id)
    {
        MalformedVector row = MalformedVector.ById(id);

        foreach (int chunk in new[] { 1, 2, 3, 5, row.Bytes.Length })
        {
            (int frames, StreamFrameStatus status, int used) = Run(row.Bytes, chunk);

            status.Should().Be(StreamReasons[row.Reason]);
            frames.Should().Be(row.Action.StartsWith("frame delivered", StringComparison.Ordinal) ? 1 : 0);
            used.Should().BeLessThan(row.Bytes.Length + chunk, "a wrong header must not make the receiver wait");
        }
    }

    [Theory]
    [InlineData("mf-154", 9)]
    [InlineData("mf-155", 1)]
    [InlineData("mf-156", 4)]
    [InlineData("mf-157", 8)]
    [Rfc("STUN-8489-6.2.2-f")]
    public void It_is_noticed_with_the_first_byte_that_shows_it(string id, int bytes)
    {
        (_, _, int used) = Run(MalformedVector.ById(id).Bytes, chunk: 1);

        used.Should().Be(bytes);
    }

    private static (int Frames, StreamFrameStatus Status, int Used) Run(byte[] bytes, int chunk)
    {
        var framer = new StreamFramer();
        int frames = 0;
        for (int used = 0; used < bytes.Length;)
        {
            int count = Math.Min(chunk, bytes.Length - used);
            framer.Append(bytes.AsSpan(used, count));
            used += count;
            StreamFrameStatus status;
            while ((status = framer.TryRead(out _)) == StreamFrameStatus.Frame)
            {
                frames++;
            }

            if (status != StreamFrameStatus.NeedMore)
            {
                return (frames, status, used);
            }
        }

        return (frames, StreamFrameStatus.NeedMore, bytes.Length);
    }
}
