using IceSharp.Samples.CopyPastePeer.Signaling;
using IceSharp.Samples.Media;
using IceSharp.Samples.Terminal;

namespace IceSharp.Samples.CopyPastePeer;

/// <summary>The program: tries until there is a connection or nobody wants to go on, then talks over it.</summary>
internal sealed class PeerProgram(PeerOptions options, ISignaling signaling, TextReader keyboard, StateLine output)
{
    private const int MaxAttempts = 20;

    private static readonly SdpMedia Media = SdpMedia.Audio with { Attributes = ["rtpmap:0 PCMU/8000", "ptime:20"] };

    private readonly DescriptionExchange _exchange = new(signaling, output);
    private PeerOptions _options = options;

    /// <exception cref="UsageException">A server's URI makes no sense.</exception>
    /// <exception cref="IOException">A file cannot be read or written.</exception>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        // Before anybody copies anything: a file that cannot be sent is told at once.
        ReadOnlyMemory<byte>? audio = _options.WavePath is { } path ? WaveFile.Read(path).ToPcmu() : default(ReadOnlyMemory<byte>?);
        IceDescription? theirs = null;
        for (int i = 0; i < MaxAttempts; i++)
        {
            await using IceAgent agent = new(CreateSettings());
            IceDataStream stream = agent.AddDataStream("audio", media: Media);
            agent.StateChanged += (_, change) => ShowState(change.State);

            if (!_options.IsOfferer && (theirs ??= await _exchange.ReceiveAsync("offer", IceDescriptionKind.Offer, null, cancellationToken)) is null)
            {
                return GiveUp();
            }

            IceDescription? ours = await GatherAsync(agent, cancellationToken);
            if (IsRefused(agent) && AskForCredentials())
            {
                continue;
            }

            if (ours is null)
            {
                return ExitCode.Failure;
            }

            theirs = await ExchangeAsync(ours, theirs, cancellationToken);
            if (theirs is null)
            {
                return GiveUp();
            }

            agent.SetRemoteDescription(theirs);
            if (await ConnectAsync(stream, cancellationToken) is { } connection)
            {
                return await TalkAsync(connection, audio, cancellationToken) ? ExitCode.Success : ExitCode.Failure;
            }

            if (Ask("Try again with new descriptions, on both sides? [Y/n]") is not { } answer || answer.StartsWith('n'))
            {
                return ExitCode.Failure;
            }

            theirs = null;
        }

        return ExitCode.Failure;
    }

    private IceAgentOptions CreateSettings()
    {
        try
        {
            List<IceServer> servers = [.. _options.StunUris.Select(IceServer.Stun)];
            if (_options is { TurnUri: { } uri, User: { } user, Password: { } password })
            {
                servers.Add(IceServer.Turn(uri, user, password));
            }

            return new IceAgentOptions
            {
                // The offerer controls. Said in so many words, because the answerer gathers before its agent knows the offer.
                Role = _options.IsOfferer ? IceRole.Controlling : IceRole.Controlled,
                Servers = servers,
                TransportPolicy = _options.RelayOnly ? IceTransportPolicy.RelayOnly : IceTransportPolicy.All,
                AllowLoopback = _options.AllowLoopback,
            };
        }
        catch (Exception fault) when (fault is FormatException or ArgumentException or NotSupportedException)
        {
            throw new UsageException(fault.Message);
        }
    }

    private async Task<IceDescription?> GatherAsync(IceAgent agent, CancellationToken cancellationToken)
    {
        output.Show("gathering");
        try
        {
            IceDescription ours = await agent.GatherAllAsync(cancellationToken);
            output.Show($"gathered {ours.Streams[0].Candidates.Count} candidates");
            string[] silent = [.. agent.Report.Gathering.Where(o => IsTrouble(o.Result)).Select(o => o.ToString())];
            if (silent.Length > 0)
            {
                output.WriteLine(string.Join(Environment.NewLine, silent));
            }

            // RTP and the goodbye of RTCP share the one component.
            return ours with { Streams = [ours.Streams[0] with { RtcpMux = true }] };
        }
        catch (IceException nothing) when (nothing.Error == IceError.NoCandidates)
        {
            output.WriteLine(nothing.Message);
            return null;
        }
    }

    private async Task<IceDescription?> ExchangeAsync(IceDescription ours, IceDescription? theirs, CancellationToken cancellationToken)
    {
        await _exchange.SendAsync(_options.IsOfferer ? "offer" : "answer", ours, cancellationToken);
        if (theirs is null)
        {
            return await _exchange.ReceiveAsync("answer", IceDescriptionKind.Answer, ours, cancellationToken);
        }

        // Carrying text takes longer than checks and fresh NAT bindings last: ours begin when the other side's do.
        if (_options.IncomingPath is null)
        {
            Ask("Paste it there; as soon as that is done, press Enter here.");
        }

        return theirs;
    }

    private async Task<IceConnection?> ConnectAsync(IceDataStream stream, CancellationToken cancellationToken)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(_options.Timeout);
        try
        {
            IceConnection connection = await stream.Rtp.ConnectAsync(deadline.Token);
            IceCandidatePairInfo pair = await connection.Completed.WaitAsync(deadline.Token);
            output.WriteLine($"connected: {pair}");
            return connection;
        }
        catch (IceException failure) when (failure.Error == IceError.ConnectivityFailed)
        {
            output.WriteLine("No way to the other side was found. Did each side get the newest description of the other, whole?");
            output.WriteLine(failure.Message);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            output.WriteLine($"Within {_options.Timeout.TotalSeconds:0} s no way to the other side was found. Does the other side have our description?");
            output.WriteLine(string.Join(Environment.NewLine, stream.CandidatePairs));
        }

        return null;
    }

    private async Task<bool> TalkAsync(IceConnection connection, ReadOnlyMemory<byte>? audio, CancellationToken cancellationToken)
    {
        if (_options.IsChat)
        {
            await new Chat(connection, keyboard, output).RunAsync(cancellationToken);
            return true;
        }

        bool isRecorder = _options.RecordPath is not null;
        AudioCall call = new(connection.SendAsync, audio is null ? ReceiveUntilSilence : connection.ReceiveAsync, TimeProvider.System);
        bool confirmed = await call.RunAsync(audio, expectsAudio: isRecorder, cancellationToken);
        bool arrived = !isRecorder || Save(call.Receiver, _options.RecordPath!);
        if (audio is not null)
        {
            output.WriteLine($"Sent {call.PacketsSent} packets; the other side {(confirmed ? "has" : "has NOT")} confirmed the end.");
        }

        return confirmed && arrived;

        async ValueTask<int> ReceiveUntilSilence(Memory<byte> buffer, CancellationToken token)
        {
            using CancellationTokenSource silence = CancellationTokenSource.CreateLinkedTokenSource(token);
            silence.CancelAfter(_options.Timeout);
            try
            {
                return await connection.ReceiveAsync(buffer, silence.Token);
            }
            catch (OperationCanceledException) when (!token.IsCancellationRequested)
            {
                throw new IOException($"Nothing has come from the other side for {_options.Timeout.TotalSeconds:0} s.");
            }
        }
    }

    private bool Save(PcmuReceiver receiver, string path)
    {
        new WaveFile(WaveEncoding.Pcmu, receiver.ToPcmu()).Write(path);
        output.WriteLine($"Received {Printing.Reception(receiver.PacketsSent, receiver.Statistics)}; saved to {path}.");
        return receiver.Statistics.Lost == 0 && receiver.Statistics.Received == receiver.PacketsSent;
    }

    private bool IsRefused(IceAgent agent) =>
        _options.TurnUri is not null && agent.Report.Gathering.Any(o => o.Result == GatheringResult.Unauthorized);

    private bool AskForCredentials()
    {
        output.WriteLine($"The TURN server {_options.TurnUri} refuses user '{_options.User}' with this password.");
        if (Ask("Another user (or empty, to go on without the relay):") is not { Length: > 0 } user
            || Ask("Password:") is not { } password)
        {
            output.WriteLine("No relay then.");
            return false;
        }

        _options = _options with { User = user, Password = password };
        return true;
    }

    private string? Ask(string question)
    {
        output.WriteLine(question);
        return keyboard.ReadLine()?.Trim();
    }

    private int GiveUp()
    {
        output.WriteLine("Without the description of the other side there is nothing to connect to.");
        return ExitCode.Failure;
    }

    private void ShowState(IceConnectionState state)
    {
        if (state is IceConnectionState.Checking or IceConnectionState.Connected or IceConnectionState.Completed or IceConnectionState.Failed)
        {
            output.Show(state.ToString().ToLowerInvariant());
        }
    }

    private static bool IsTrouble(GatheringResult result) =>
        result is not (GatheringResult.Found or GatheringResult.Redundant or GatheringResult.Skipped);
}
