using System.Diagnostics;
using System.Globalization;
using IceSharp;
using IceSharp.Protocol;
using IceSharp.Samples.Media;
using IceSharp.Samples.Quickstart;
using IceSharp.Samples.Terminal;
using IceSharp.Testing;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
try
{
    return await RunAsync(QuickstartOptions.Parse(args));
}
catch (UsageException fault)
{
    Console.Error.WriteLine($"{fault.Message}{Environment.NewLine}{Environment.NewLine}{QuickstartOptions.Usage}");
    return 2;
}
catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
{
    // An IceException is an IOException: it names the servers and pairs that were tried.
    Console.Error.WriteLine(fault.Message);
    return 1;
}
catch (OperationCanceledException)
{
    Console.Error.WriteLine("It took too long.");
    return 1;
}

static async Task<int> RunAsync(QuickstartOptions options)
{
    ReadOnlyMemory<byte> audio = options.WavePath is { } path ? WaveFile.Read(path).ToPcmu() : Tone.Pcmu(440, TimeSpan.FromSeconds(3));
    TimeSpan playing = TimeSpan.FromSeconds((double)audio.Length / WaveFile.SampleRate);
    using CancellationTokenSource limit = new(TimeSpan.FromSeconds(30) + playing);

    await using LoopbackStunTurnServer server = await LoopbackStunTurnServer.StartAsync(
        new LoopbackServerOptions { Users = new Dictionary<string, string> { ["user"] = "password" } }, limit.Token);
    IceAgentOptions settings = new()
    {
        Servers = [IceServer.Stun(server.StunUri), IceServer.Turn(server.TurnUri, "user", "password")],
        TransportPolicy = options.RelayOnly ? IceTransportPolicy.RelayOnly : IceTransportPolicy.All,

        // Loopback is no way to anybody else, so agents leave it out unless told. Here both live on it, and on nothing else.
        AllowLoopback = true,
        AddressFilter = local => local.Address == IpAddress.LoopbackV4,
    };
    await using IceAgent caller = new(settings), callee = new(settings);
    IceDataStream outgoing = caller.AddDataStream("audio"), incoming = callee.AddDataStream("audio");

    // 1. Gather, and exchange descriptions. Between two machines this is what goes through your signalling.
    IceDescription offer = await caller.GatherAllAsync(limit.Token);
    callee.SetRemoteDescription(IceDescription.Parse(offer.ToSdp()));
    IceDescription answer = await callee.GatherAllAsync(limit.Token);
    Stopwatch connecting = Stopwatch.StartNew();
    caller.SetRemoteDescription(IceDescription.Parse(answer.ToSdp()));
    Print("Offer", offer.ToSdp());
    Print("Answer", answer.ToSdp());
    Print("Gathering", Printing.Gathering(caller.Report.Gathering));

    // 2. Connect: checks run, data could flow with the first valid pair, and a pair is nominated.
    IceConnection sending = await outgoing.Rtp.ConnectAsync(limit.Token), receiving = await incoming.Rtp.ConnectAsync(limit.Token);
    TimeSpan connected = connecting.Elapsed;
    IceCandidatePairInfo nominated = await sending.Completed.WaitAsync(limit.Token);
    await receiving.Completed.WaitAsync(limit.Token);
    TimeSpan completed = connecting.Elapsed;
    Print("Checklist", string.Join(Environment.NewLine, outgoing.CandidatePairs));
    Print("Nominated", $"{nominated}{Environment.NewLine}connected after {connected.TotalMilliseconds:0.0} ms, nominated after {completed.TotalMilliseconds:0.0} ms");

    // 3. Stream RTP one way, 20 ms a packet.
    Console.WriteLine($"Sending {playing.TotalSeconds:0.0} s of audio ...");
    AudioCall sender = new(sending.SendAsync, sending.ReceiveAsync, TimeProvider.System);
    AudioCall receiver = new(receiving.SendAsync, receiving.ReceiveAsync, TimeProvider.System);
    await Task.WhenAll(sender.RunAsync(audio, expectsAudio: false, limit.Token), receiver.RunAsync(null, expectsAudio: true, limit.Token));

    byte[] heard = receiver.Receiver.ToPcmu();
    new WaveFile(WaveEncoding.Pcmu, heard).Write(options.RecordPath);
    bool same = audio.Span.SequenceEqual(heard);
    Print("Received", Printing.Reception(sender.PacketsSent, receiver.Receiver.Statistics));
    Console.WriteLine($"{options.RecordPath}: {(same ? "what arrived is what was sent." : "what arrived is NOT what was sent.")}");
    return same ? 0 : 1;
}

static void Print(string title, string text) =>
    Console.WriteLine($"--- {title} ---{Environment.NewLine}{text.ReplaceLineEndings().TrimEnd()}{Environment.NewLine}");
