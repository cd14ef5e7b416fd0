using System.Text.Json;
using IceSharp.Protocol.Framing;
using IceSharp.Protocol.Stun;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Framing;

public sealed class StreamFramerTests
{
    private static readonly IReadOnlyDictionary<string, JsonElement> Vectors = VectorFile.ById("integrity.json", "streams");

    public static TheoryData<string> Ids => VectorFile.Theory(Vectors.Keys);

    [Theory]
    [MemberData(nameof(Ids))]
    [Rfc("STUN-8489-6.2.2-d")]
    [Rfc("STUN-8489-5-l")]
    [Rfc("TURN-8656-12.5-a")]
    public void Frames_come_out_as_listed_however_the_stream_is_cut(string id)
    {
        JsonElement vector = Vectors[id];
        byte[] stream = vector.Bytes("streamHex");
        string[] expected = [.. vector.GetProperty("expectedFrames").EnumerateArray().Select(f => Describe(f, stream))];
        int[] listed = [.. vector.GetProperty("readChunkSizes").EnumerateArray().Select(c => c.GetInt32())];

        Split(stream, listed).Should().Equal(expected);
        for (int chunk = 1; chunk <= stream.Length; chunk++)
        {
            Split(stream, [.. Enumerable.Repeat(chunk, (stream.Length + chunk - 1) / chunk)]).Should().Equal(expected);
        }
    }

    [Fact]
    [Rfc("STUN-8489-6.2.2-f")]
    public void Every_first_byte_but_those_of_stun_and_channel_data_ends_the_stream()
    {
        for (int first = 0; first < 256; first++)
        {
            var framer = new StreamFramer();
            framer.Append([(byte)first]);

            bool known = first is <= 3 or (>= 64 and <= 79);
            framer.TryRead(out _).Should().Be(known ? StreamFrameStatus.NeedMore : StreamFrameStatus.Desynchronized, "first byte {0}", first);
        }
    }

    [Fact]
    public void After_a_failure_nothing_helps_and_nothing_is_kept()
    {
        var framer = new StreamFramer();
        framer.Append([0x80]);
        framer.TryRead(out _).Should().Be(StreamFrameStatus.Desynchronized);

        framer.Append(Vectors["st-01"].Bytes("streamHex"));

        framer.TryRead(out _).Should().Be(StreamFrameStatus.Desynchronized);
        framer.BufferedBytes.Should().Be(0);
    }

    [Fact]
    public void Frames_before_the_failure_are_given_out()
    {
        var framer = new StreamFramer();
        framer.Append([0x40, 0x00, 0x00, 0x01, 0x41, 0, 0, 0, 0xFF]);

        framer.TryRead(out StreamFrame frame).Should().Be(StreamFrameStatus.Frame);
        frame.Bytes.ToArray().Should().Equal(0x40, 0x00, 0x00, 0x01, 0x41);
        framer.TryRead(out _).Should().Be(StreamFrameStatus.Desynchronized);
    }

    [Theory]
    [InlineData(StreamFramer.MaxFrameBytes, StreamFrameStatus.Frame)]
    [InlineData(1500, StreamFrameStatus.TooLong)]
    public void The_longest_frame_passes_unless_the_limit_is_lower(int limit, StreamFrameStatus expected)
    {
        byte[] frame = new byte[StreamFramer.MaxFrameBytes];
        _ = new StunWriter(frame, StunMethod.Binding, StunClass.Request, default);
        frame[2] = 0xFF;
        frame[3] = 0xFC;
        var framer = new StreamFramer(limit);

        framer.Append(frame.AsSpan(0, 8));
        framer.TryRead(out _).Should().Be(expected == StreamFrameStatus.Frame ? StreamFrameStatus.NeedMore : expected);
        framer.Append(frame.AsSpan(8));
        framer.TryRead(out StreamFrame read).Should().Be(expected);
        read.Bytes.Length.Should().Be(expected == StreamFrameStatus.Frame ? frame.Length : 0);
    }

    [Theory]
    [InlineData(19)]
    [InlineData(65553)]
    public void A_limit_outside_its_range_is_refused(int maxFrameBytes) =>
        FluentActions.Invoking(() => new StreamFramer(maxFrameBytes)).Should().Throw<ArgumentOutOfRangeException>().WithParameterName(nameof(maxFrameBytes));

    [Fact]
    public void A_long_run_of_frames_uses_one_buffer_again()
    {
        byte[] stream = Vectors["st-02"].Bytes("streamHex");
        var framer = new StreamFramer();
        Pump(framer, stream, 50);
        long before = GC.GetAllocatedBytesForCurrentThread();

        int frames = Pump(framer, stream, 1000);

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().Be(0);
        frames.Should().Be(3000);
    }

    private static int Pump(StreamFramer framer, byte[] stream, int rounds)
    {
        int frames = 0;
        for (int round = 0; round < rounds; round++)
        {
            for (int offset = 0; offset < stream.Length; offset += 7)
            {
                framer.Append(stream.AsSpan(offset, Math.Min(7, stream.Length - offset)));
                while (framer.TryRead(out _) == StreamFrameStatus.Frame)
                {
                    frames++;
                }
            }
        }

        return frames;
    }

    private static List<string> Split(byte[] stream, int[] chunks)
    {
        var framer = new StreamFramer();
        List<string> frames = [];
        int offset = 0;
        foreach (int chunk in chunks)
        {
            int count = Math.Min(chunk, stream.Length - offset);
            framer.Append(stream.AsSpan(offset, count));
            offset += count;
            StreamFrameStatus status;
            while ((status = framer.TryRead(out StreamFrame frame)) == StreamFrameStatus.Frame)
            {
                frames.Add($"{frame.Kind} {Convert.ToHexString(frame.Bytes)}");
            }

            status.Should().Be(StreamFrameStatus.NeedMore);
        }

        offset.Should().Be(stream.Length);
        framer.BufferedBytes.Should().Be(0);
        return frames;
    }

    private static string Describe(JsonElement frame, byte[] stream)
    {
        StreamFrameKind kind = frame.Text("kind") == "stun" ? StreamFrameKind.Stun : StreamFrameKind.ChannelData;
        return $"{kind} {Convert.ToHexString(stream.AsSpan(frame.Number("offset"), frame.Number("length")))}";
    }
}
