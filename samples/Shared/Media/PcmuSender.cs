using System.Security.Cryptography;

namespace IceSharp.Samples.Media;

/// <summary>Sends PCMU samples as RTP, a packet of 20 ms at a time, and says goodbye until the receiver confirms.</summary>
/// <param name="samples">PCMU codes; what does not fill the last packet makes a shorter one.</param>
/// <param name="time">The clock that paces the packets.</param>
internal sealed class PcmuSender(ReadOnlyMemory<byte> samples, TimeProvider time)
{
    public const int SamplesPerPacket = WaveFile.SampleRate / 50;

    public static readonly TimeSpan PacketTime = TimeSpan.FromMilliseconds(20);

    private const byte PcmuPayloadType = 0;
    private const int MaxGoodbyes = 50;

    private readonly uint _ssrc = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4));
    private readonly TaskCompletionSource _confirmed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Packets of audio sent so far.</summary>
    public uint PacketsSent { get; private set; }

    /// <summary>To be called when the receiver's goodbye came.</summary>
    public void Confirm() => _confirmed.TrySetResult();

    /// <summary>Sends everything, in the time it takes to play.</summary>
    /// <param name="send">Sends one datagram; the memory is used again after it returns.</param>
    /// <param name="cancellationToken">Stops sending.</param>
    /// <returns>Whether the receiver confirmed the end within a second.</returns>
    public async Task<bool> RunAsync(Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> send, CancellationToken cancellationToken)
    {
        PacketPacer pacer = new(PacketTime, time);
        byte[] packet = new byte[RtpHeader.Length + SamplesPerPacket], random = RandomNumberGenerator.GetBytes(6);
        ushort sequence = BitConverter.ToUInt16(random);
        uint timestamp = BitConverter.ToUInt32(random, 2);
        for (ReadOnlyMemory<byte> rest = samples; !rest.IsEmpty; rest = rest[Math.Min(rest.Length, SamplesPerPacket)..])
        {
            await pacer.WaitForNextAsync(cancellationToken);
            int count = Math.Min(rest.Length, SamplesPerPacket);
            new RtpHeader(PacketsSent == 0, PcmuPayloadType, sequence++, timestamp, _ssrc).Write(packet);
            rest.Span[..count].CopyTo(packet.AsSpan(RtpHeader.Length));
            await send(packet.AsMemory(0, RtpHeader.Length + count), cancellationToken);
            timestamp += (uint)count;
            PacketsSent++;
        }

        byte[] goodbye = new RtcpGoodbye(_ssrc, PacketsSent).ToBytes();
        for (int i = 0; i < MaxGoodbyes && !_confirmed.Task.IsCompleted; i++)
        {
            await send(goodbye, cancellationToken);
            await Task.WhenAny(_confirmed.Task, Task.Delay(PacketTime, time, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }

        return _confirmed.Task.IsCompleted;
    }
}
