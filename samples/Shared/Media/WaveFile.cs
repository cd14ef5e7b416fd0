using System.Buffers.Binary;

namespace IceSharp.Samples.Media;

/// <summary>Reads and writes telephone audio: WAV, mono, 8,000 samples a second.</summary>
/// <param name="Encoding">How <paramref name="Samples"/> are coded.</param>
/// <param name="Samples">The bytes of the data chunk.</param>
internal sealed record WaveFile(WaveEncoding Encoding, ReadOnlyMemory<byte> Samples)
{
    public const int SampleRate = 8000;

    private const ushort PcmTag = 1, ALawTag = 6, MuLawTag = 7;

    /// <summary>The samples as PCMU, converted once where they were linear: this is what goes over the wire.</summary>
    public ReadOnlyMemory<byte> ToPcmu() => Encoding == WaveEncoding.Pcmu ? Samples : MuLaw.EncodePcm16(Samples.Span);

    /// <summary>Reads a file.</summary>
    /// <exception cref="IOException">It cannot be read, or is a <see cref="WaveFormatException">WAV of another kind</see>.</exception>
    public static WaveFile Read(string path) => Parse(File.ReadAllBytes(path), Path.GetFileName(path));

    /// <summary>Reads the bytes of a file.</summary>
    /// <param name="file">The whole file.</param>
    /// <param name="name">What messages call it.</param>
    /// <exception cref="WaveFormatException">It is no WAV, or of another kind.</exception>
    public static WaveFile Parse(ReadOnlyMemory<byte> file, string name)
    {
        if (file.Length < 12 || ReadTag(file.Span) != "RIFF" || ReadTag(file.Span[8..]) != "WAVE")
        {
            throw new WaveFormatException($"'{name}' is not a WAV file: it does not begin with RIFF and WAVE.");
        }

        WaveEncoding? encoding = null;
        for (ReadOnlyMemory<byte> rest = file[12..]; rest.Length >= 8;)
        {
            string tag = ReadTag(rest.Span);
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(rest.Span[4..]);
            rest = rest[8..];
            if (length > rest.Length)
            {
                throw new WaveFormatException($"'{name}' is cut off: its '{tag}' chunk should have {length} bytes, {rest.Length} are left.");
            }

            ReadOnlyMemory<byte> chunk = rest[..(int)length];
            if (tag == "fmt ")
            {
                encoding = ReadFormat(chunk.Span, name);
            }
            else if (tag == "data")
            {
                return new WaveFile(encoding ?? throw new WaveFormatException($"'{name}' has its samples before its format."), chunk);
            }

            // Chunks are padded to an even length, the last one by some writers not.
            rest = rest[Math.Min(rest.Length, (int)length + ((int)length & 1))..];
        }

        throw new WaveFormatException($"'{name}' holds no samples: it has no data chunk.");
    }

    /// <summary>Writes a file in the one form this class writes: format, sample count, samples.</summary>
    public void Write(string path) => File.WriteAllBytes(path, ToBytes());

    /// <summary>The bytes of the file.</summary>
    public byte[] ToBytes()
    {
        bool linear = Encoding == WaveEncoding.Pcm16;
        int sampleBytes = linear ? 2 : 1, formatBytes = linear ? 16 : 18, factBytes = linear ? 0 : 12, padding = Samples.Length & 1;
        byte[] file = new byte[12 + 8 + formatBytes + factBytes + 8 + Samples.Length + padding];
        Span<byte> rest = WriteChunkHead(file, "RIFF", file.Length - 8);
        System.Text.Encoding.ASCII.GetBytes("WAVE", rest);
        rest = WriteChunkHead(rest[4..], "fmt ", formatBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(rest, linear ? PcmTag : MuLawTag);
        BinaryPrimitives.WriteUInt16LittleEndian(rest[2..], 1);
        BinaryPrimitives.WriteUInt32LittleEndian(rest[4..], SampleRate);
        BinaryPrimitives.WriteUInt32LittleEndian(rest[8..], (uint)(SampleRate * sampleBytes));
        BinaryPrimitives.WriteUInt16LittleEndian(rest[12..], (ushort)sampleBytes);
        BinaryPrimitives.WriteUInt16LittleEndian(rest[14..], (ushort)(8 * sampleBytes));
        rest = rest[formatBytes..];
        if (!linear)
        {
            // Formats other than linear carry their number of samples.
            rest = WriteChunkHead(rest, "fact", 4);
            BinaryPrimitives.WriteUInt32LittleEndian(rest, (uint)Samples.Length);
            rest = rest[4..];
        }

        Samples.Span.CopyTo(WriteChunkHead(rest, "data", Samples.Length));
        return file;
    }

    private static WaveEncoding ReadFormat(ReadOnlySpan<byte> format, string name)
    {
        if (format.Length < 16)
        {
            throw new WaveFormatException($"'{name}' has a format chunk of {format.Length} bytes; 16 is the least.");
        }

        ushort tag = BinaryPrimitives.ReadUInt16LittleEndian(format), channels = BinaryPrimitives.ReadUInt16LittleEndian(format[2..]);
        uint rate = BinaryPrimitives.ReadUInt32LittleEndian(format[4..]);
        ushort bits = BinaryPrimitives.ReadUInt16LittleEndian(format[14..]);
        return (tag, channels, rate, bits) switch
        {
            (PcmTag, 1, SampleRate, 16) => WaveEncoding.Pcm16,
            (MuLawTag, 1, SampleRate, 8) => WaveEncoding.Pcmu,
            _ => throw new WaveFormatException(
                $"'{name}' is {Describe(tag)}, {channels} channel(s), {rate} Hz, {bits} bit; needed is 16 bit PCM or G.711 u-law, one channel, {SampleRate} Hz."),
        };
    }

    private static string Describe(ushort tag) => tag switch
    {
        PcmTag => "PCM",
        ALawTag => "G.711 A-law",
        MuLawTag => "G.711 u-law",
        _ => $"format {tag}",
    };

    private static string ReadTag(ReadOnlySpan<byte> bytes) => System.Text.Encoding.ASCII.GetString(bytes[..4]);

    private static Span<byte> WriteChunkHead(Span<byte> destination, string tag, int length)
    {
        System.Text.Encoding.ASCII.GetBytes(tag, destination);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[4..], (uint)length);
        return destination[8..];
    }
}
