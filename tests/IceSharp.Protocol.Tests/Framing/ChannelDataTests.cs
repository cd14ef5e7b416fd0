using System.Globalization;
using System.Text.Json;
using IceSharp.Protocol.Framing;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Framing;

public sealed class ChannelDataTests
{
    private static readonly IReadOnlyDictionary<string, JsonElement> Vectors = VectorFile.ById("integrity.json", "channelData");

    public static TheoryData<string> Ids => VectorFile.Theory(Vectors.Keys);

    [Theory]
    [MemberData(nameof(Ids))]
    [Rfc("TURN-8656-12.4-a")]
    [Rfc("TURN-8656-12.6-b")]
    public void Reading_gives_number_and_data_without_padding(string id)
    {
        JsonElement vector = Vectors[id];

        ChannelDataReader.TryParse(vector.Bytes("hex"), out ChannelDataReader frame).Should().Be(ChannelDataStatus.Ok);

        frame.Channel.Should().Be(Channel(vector));
        Convert.ToHexStringLower(frame.Data).Should().Be(vector.Text("dataHex"));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    [Rfc("TURN-8656-12.5-a")]
    [Rfc("TURN-8656-12.5-b")]
    public void Writing_pads_on_streams_and_not_in_datagrams(string id)
    {
        JsonElement vector = Vectors[id];
        byte[] data = vector.Bytes("dataHex");
        bool stream = vector.Text("transport") == "tcp";
        byte[] buffer = new byte[1000];
        buffer.AsSpan().Fill(0xEE);

        int written = stream
            ? ChannelDataWriter.WritePadded(buffer, Channel(vector), data)
            : ChannelDataWriter.Write(buffer, Channel(vector), data);

        // cd-04 is padded by a sender of another kind.
        byte[] expected = stream ? vector.Bytes("hex") : vector.Bytes("hex")[..(4 + data.Length)];
        Convert.ToHexString(buffer.AsSpan(0, written)).Should().Be(Convert.ToHexString(expected));
        written.Should().Be(ChannelDataWriter.FrameBytes(data.Length, stream));
        buffer[written].Should().Be(0xEE);
    }

    [Fact]
    public void Data_may_already_stand_at_its_place_in_the_buffer()
    {
        byte[] buffer = [0, 0, 0, 0, 1, 2, 3];

        ChannelDataWriter.Write(buffer, 0x4001, buffer.AsSpan(4)).Should().Be(7);

        buffer.Should().Equal(0x40, 0x01, 0, 3, 1, 2, 3);
    }

    [Fact]
    public void Data_at_the_start_of_the_buffer_is_moved_before_the_header_is_written()
    {
        byte[] buffer = [1, 2, 3, 4, 5, 0, 0, 0, 0];

        ChannelDataWriter.Write(buffer, 0x4001, buffer.AsSpan(0, 5)).Should().Be(9);

        buffer.Should().Equal(0x40, 0x01, 0, 5, 1, 2, 3, 4, 5);
    }

    [Theory]
    [InlineData(0x3FFF)]
    [InlineData(0x5000)]
    [Rfc("TURN-8656-12-a")]
    public void A_number_outside_the_range_is_refused_by_the_writer(int channel) =>
        FluentActions.Invoking(() => ChannelDataWriter.Write(new byte[8], (ushort)channel, []))
            .Should().Throw<ArgumentOutOfRangeException>().Which.ActualValue.Should().Be((ushort)channel);

    [Fact]
    [Rfc("TURN-8656-12-a")]
    public void There_are_4096_numbers() =>
        Enumerable.Range(0, 0x10000).Where(n => ChannelDataWriter.IsChannelNumber((ushort)n))
            .Should().HaveCount(4096).And.StartWith(0x4000).And.EndWith(0x4FFF);

    [Theory]
    [InlineData(8, 5, false)]
    [InlineData(11, 5, true)]
    public void A_buffer_that_is_too_short_is_refused_and_left_alone(int bytes, int data, bool padded)
    {
        byte[] buffer = new byte[bytes];

        FluentActions.Invoking(() => padded
                ? ChannelDataWriter.WritePadded(buffer, 0x4000, new byte[data])
                : ChannelDataWriter.Write(buffer, 0x4000, new byte[data]))
            .Should().Throw<ArgumentException>().WithParameterName("destination");
        buffer.Should().OnlyContain(b => b == 0);
    }

    [Fact]
    public void Data_longer_than_the_length_field_can_say_is_refused() =>
        FluentActions.Invoking(() => ChannelDataWriter.Write(new byte[70000], 0x4000, new byte[65536]))
            .Should().Throw<ArgumentException>().WithParameterName("data");

    private static ushort Channel(JsonElement vector) =>
        ushort.Parse(vector.Text("channel").AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
