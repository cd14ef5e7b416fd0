using System.Security.Cryptography;

namespace IceSharp.Samples.Media;

/// <summary>Takes the RTP of one PCMU source apart and puts its samples in order, as they were sent.</summary>
/// <remarks>Datagrams go in, facts come out; the caller owns socket and clock. For one thread.</remarks>
internal sealed class PcmuReceiver
{
    /// <summary>How long after the goodbye packets that it overtook are waited for.</summary>
    public static readonly TimeSpan OvertakenPatience = TimeSpan.FromMilliseconds(200);

    // An hour: what a peer sends must not fill the memory.
    private const int MaxPackets = 180_000;

    private readonly SortedDictionary<long, byte[]> _payloads = [];
    private readonly uint _ssrc = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4));
    private uint? _source, _announced;
    private TimeSpan _goodbye;

    public RtpReceiveStatistics Statistics { get; } = new();

    /// <summary>Packets the sender says it sent; known at its goodbye.</summary>
    public uint? PacketsSent => _announced;

    /// <summary>The datagram that tells the sender its goodbye arrived.</summary>
    public byte[] Confirmation => new RtcpGoodbye(_ssrc, null).ToBytes();

    /// <summary>Takes a datagram in.</summary>
    /// <param name="datagram">RTP or RTCP.</param>
    /// <param name="arrival">When it came, on any clock that does not jump.</param>
    public PcmuVerdict Handle(ReadOnlySpan<byte> datagram, TimeSpan arrival)
    {
        if (RtpHeader.IsRtcp(datagram))
        {
            return HandleRtcp(datagram, arrival);
        }

        if (!RtpHeader.TryParse(datagram, out RtpHeader header, out ReadOnlySpan<byte> payload)
            || header.PayloadType != 0
            || (_source ??= header.Ssrc) != header.Ssrc
            || _payloads.Count == MaxPackets)
        {
            return PcmuVerdict.Ignored;
        }

        if (Statistics.Add(header, arrival) is { } sequence)
        {
            _payloads.TryAdd(sequence, payload.ToArray());
        }

        return PcmuVerdict.Audio;
    }

    /// <summary>Whether the stream is over: goodbye said, and everything here or waited for long enough.</summary>
    public bool IsComplete(TimeSpan now) =>
        _announced is { } count && (_payloads.Count >= count || now - _goodbye >= OvertakenPatience);

    /// <summary>All samples in order; a packet that is missing is silence.</summary>
    public byte[] ToPcmu()
    {
        using MemoryStream samples = new();
        long next = _payloads.Count == 0 ? 0 : _payloads.Keys.First();
        foreach ((long sequence, byte[] payload) in _payloads)
        {
            for (; next < sequence; next++)
            {
                samples.Write(Gap);
            }

            samples.Write(payload);
            next = sequence + 1;
        }

        return samples.ToArray();
    }

    private static byte[] Gap { get; } = [.. Enumerable.Repeat(MuLaw.Silence, PcmuSender.SamplesPerPacket)];

    private PcmuVerdict HandleRtcp(ReadOnlySpan<byte> datagram, TimeSpan arrival)
    {
        if (!RtcpGoodbye.TryParse(datagram, out RtcpGoodbye goodbye))
        {
            return PcmuVerdict.Ignored;
        }

        if (goodbye.PacketCount is not { } count)
        {
            return PcmuVerdict.Confirmed;
        }

        if ((_source ?? goodbye.Ssrc) != goodbye.Ssrc)
        {
            return PcmuVerdict.Ignored;
        }

        if (_announced is null)
        {
            _announced = count;
            _goodbye = arrival;
        }

        return PcmuVerdict.Goodbye;
    }
}
