namespace IceSharp.Samples.Media;

/// <summary>One side of a call: sends audio where there is some, takes what comes, and ends when both directions have said goodbye.</summary>
/// <param name="send">Sends a datagram; its memory is used again afterwards.</param>
/// <param name="receive">Receives a datagram into memory and returns its length; ends by cancellation.</param>
/// <param name="time">Clock and pacing.</param>
internal sealed class AudioCall(
    Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> send,
    Func<Memory<byte>, CancellationToken, ValueTask<int>> receive,
    TimeProvider time)
{
    private const int MaxDatagramBytes = 1500, Confirmations = 3;

    private readonly long _start = time.GetTimestamp();
    private readonly TaskCompletionSource _heardAll = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What has been received.</summary>
    public PcmuReceiver Receiver { get; } = new();

    /// <summary>Packets of audio sent.</summary>
    public uint PacketsSent { get; private set; }

    private TimeSpan Now => time.GetElapsedTime(_start);

    /// <summary>Runs the call to its end.</summary>
    /// <param name="samples">PCMU to send; null sends nothing.</param>
    /// <param name="expectsAudio">Whether the other side sends too.</param>
    /// <param name="cancellationToken">Ends the call early.</param>
    /// <returns>Whether the other side has confirmed the end of what we sent; true when we sent nothing.</returns>
    public async Task<bool> RunAsync(ReadOnlyMemory<byte>? samples, bool expectsAudio, CancellationToken cancellationToken)
    {
        using CancellationTokenSource ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        PcmuSender? sender = samples is { } audio ? new PcmuSender(audio, time) : null;
        Task listening = ListenAsync(sender, ended.Token);
        bool confirmed = true;
        try
        {
            if (sender is not null)
            {
                confirmed = await sender.RunAsync(send, cancellationToken);
                PacketsSent = sender.PacketsSent;
            }

            if (expectsAudio)
            {
                await await Task.WhenAny(_heardAll.Task, listening);
            }
        }
        finally
        {
            await ended.CancelAsync();
            await Task.WhenAny(listening);
        }

        cancellationToken.ThrowIfCancellationRequested();
        return confirmed;
    }

    private async Task ListenAsync(PcmuSender? sender, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[MaxDatagramBytes];
        Task? patience = null;
        while (true)
        {
            int count = await receive(buffer, cancellationToken);
            switch (Receiver.Handle(buffer.AsSpan(0, count), Now))
            {
                case PcmuVerdict.Confirmed:
                    sender?.Confirm();
                    break;
                case PcmuVerdict.Goodbye:
                    await send(Receiver.Confirmation, cancellationToken);
                    patience ??= EndAfterPatienceAsync(cancellationToken);
                    break;
                default:
                    break;
            }

            if (Receiver.IsComplete(Now) && !_heardAll.Task.IsCompleted)
            {
                await EndAsync(cancellationToken);
            }
        }
    }

    private async Task EndAfterPatienceAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(PcmuReceiver.OvertakenPatience, time, cancellationToken);
        await EndAsync(cancellationToken);
    }

    // We may be gone when the other side asks again, so the confirmation goes out more than once.
    private async Task EndAsync(CancellationToken cancellationToken)
    {
        for (int i = 0; i < Confirmations; i++)
        {
            await send(Receiver.Confirmation, cancellationToken);
        }

        _heardAll.TrySetResult();
    }
}
