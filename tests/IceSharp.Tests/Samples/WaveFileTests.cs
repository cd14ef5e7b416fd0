using IceSharp.Samples.Media;

namespace IceSharp.Tests.Samples;

public sealed class WaveFileTests
{
    // A one-sample file of each format, laid out by hand after the RIFF description of WAVE.
    private const string Pcm16File =
        "52494646 26000000 57415645 666D7420 10000000 0100 0100 401F0000 803E0000 0200 1000 64617461 02000000 3412";

    private const string PcmuFile =
        "52494646 34000000 57415645 666D7420 12000000 0700 0100 401F0000 401F0000 0100 0800 0000 66616374 04000000 01000000 64617461 01000000 9A00";

    [Theory]
    [InlineData(Pcm16File, "Pcm16", "3412")]
    [InlineData(PcmuFile, "Pcmu", "9A")]
    public void Known_files_are_read_and_written_byte_for_byte(string hex, string encoding, string samples)
    {
        byte[] file = FromHex(hex);

        WaveFile wave = WaveFile.Parse(file, "x.wav");

        wave.Encoding.Should().Be(Enum.Parse<WaveEncoding>(encoding));
        wave.Samples.ToArray().Should().Equal(FromHex(samples));
        wave.ToBytes().Should().Equal(file);
    }

    [Fact]
    public void Unknown_chunks_are_skipped_with_their_padding()
    {
        byte[] file = FromHex(Pcm16File.Replace("666D7420", "4C495354 03000000 41424300 666D7420", StringComparison.Ordinal));

        WaveFile.Parse(file, "x.wav").Samples.ToArray().Should().Equal(0x34, 0x12);
    }

    [Theory]
    [InlineData("", "not a WAV file")]
    [InlineData("4F676753 00000000 00000000", "not a WAV file")]
    [InlineData("52494646 04000000 57415645", "no data chunk")]
    [InlineData("52494646 04000000 57415645 64617461 00000000", "samples before its format")]
    [InlineData("52494646 04000000 57415645 666D7420 02000000 0100", "format chunk of 2 bytes")]
    [InlineData("52494646 04000000 57415645 666D7420 FFFFFFFF 0100", "cut off: its 'fmt ' chunk should have 4294967295 bytes, 2 are left")]
    [InlineData("52494646 26000000 57415645 666D7420 10000000 0100 0200 44AC0000 10B10200 0400 1000", "PCM, 2 channel(s), 44100 Hz, 16 bit")]
    [InlineData("52494646 26000000 57415645 666D7420 10000000 0600 0100 401F0000 401F0000 0100 0800", "G.711 A-law, 1 channel(s), 8000 Hz, 8 bit")]
    public void Other_files_are_refused_with_what_they_are(string hex, string expected)
    {
        Action read = () => WaveFile.Parse(FromHex(hex), "x.wav");

        read.Should().Throw<WaveFormatException>().Which.Message.Should().Contain("'x.wav'").And.Contain(expected);
    }

    private static byte[] FromHex(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
