using IceSharp.Samples.Media;

namespace IceSharp.Tests.Samples;

public sealed class MuLawTests
{
    // The ends of the eight segments of ITU-T G.711 table 2a, scaled from its 14 to 16 bit.
    [Theory]
    [InlineData(0x80, 32124)]
    [InlineData(0x8F, 16764)]
    [InlineData(0x9F, 8316)]
    [InlineData(0xAF, 4092)]
    [InlineData(0xBF, 1980)]
    [InlineData(0xCF, 924)]
    [InlineData(0xDF, 396)]
    [InlineData(0xEF, 132)]
    [InlineData(0xFE, 8)]
    [InlineData(0xFF, 0)]
    [InlineData(0x00, -32124)]
    [InlineData(0x7E, -8)]
    public void Codes_stand_for_the_samples_of_the_table(byte code, short sample)
    {
        MuLaw.Decode(code).Should().Be(sample);
        MuLaw.Encode(sample).Should().Be(code);
    }

    [Fact]
    public void Every_code_survives_decoding_and_coding_except_negative_zero()
    {
        for (int code = 0; code <= 0xFF; code++)
        {
            MuLaw.Encode(MuLaw.Decode((byte)code)).Should().Be(code == 0x7F ? MuLaw.Silence : (byte)code);
        }
    }

    // Sixteen steps a segment, each segment twice as long as the one before: the error is half a step at most.
    [Fact]
    public void Error_grows_with_the_sample_and_stays_below_a_thirty_second_of_it()
    {
        for (int sample = -32635; sample <= 32635; sample++)
        {
            int error = Math.Abs(MuLaw.Decode(MuLaw.Encode((short)sample)) - sample);
            if (error * 32 > Math.Abs(sample) + 132)
            {
                error.Should().BeLessThanOrEqualTo((Math.Abs(sample) + 132) / 32, $"of sample {sample}");
            }
        }
    }

    [Fact]
    public void What_is_louder_than_the_loudest_code_is_clipped()
    {
        MuLaw.Encode(short.MaxValue).Should().Be(0x80);
        MuLaw.Encode(short.MinValue).Should().Be(0x00);
    }
}
