using IceSharp.Protocol.Framing;
using IceSharp.TestMarks;

namespace IceSharp.Protocol.Tests.Framing;

public sealed class FirstByteTests
{
    [Fact]
    [Rfc("DEMUX-7983-7-a")]
    [Rfc("DTLS-8489-8.1-a")]
    public void All_256_values_fall_where_rfc_7983_puts_them()
    {
        FirstByteRange[] expected =
        [
            .. Enumerable.Repeat(FirstByteRange.Stun, 4),
            .. Enumerable.Repeat(FirstByteRange.Unassigned, 12),
            .. Enumerable.Repeat(FirstByteRange.Zrtp, 4),
            .. Enumerable.Repeat(FirstByteRange.Dtls, 44),
            .. Enumerable.Repeat(FirstByteRange.TurnChannel, 16),
            .. Enumerable.Repeat(FirstByteRange.Unassigned, 48),
            .. Enumerable.Repeat(FirstByteRange.Rtp, 64),
            .. Enumerable.Repeat(FirstByteRange.Unassigned, 64),
        ];

        Enumerable.Range(0, 256).Select(b => FirstByte.Classify((byte)b)).Should().Equal(expected);
    }

    [Fact]
    public void Only_bytes_of_turn_channels_look_like_channel_data() =>
        Enumerable.Range(0, 256).Where(b => ChannelDataReader.LooksLikeChannelData([(byte)b]))
            .Should().Equal(Enumerable.Range(64, 16));
}
