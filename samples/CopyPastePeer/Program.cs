using System.Globalization;
using IceSharp.Samples.CopyPastePeer;
using IceSharp.Samples.CopyPastePeer.Signaling;
using IceSharp.Samples.Terminal;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
using CancellationTokenSource interrupted = new();
Console.CancelKeyPress += (_, pressed) =>
{
    // The first Ctrl+C closes the agent, which gives relayed addresses back; a second one ends the program at once.
    pressed.Cancel = !interrupted.IsCancellationRequested;
    interrupted.Cancel();
};
StateLine output = new(Console.Out, isTerminal: !Console.IsOutputRedirected);
try
{
    PeerOptions options = PeerOptions.Parse(args);
    ISignaling signaling = options is { IncomingPath: { } incoming, OutgoingPath: { } outgoing }
        ? new FileSignaling(incoming, outgoing, options.Timeout, output, ignoresOld: options.IsOfferer)
        : new PasteSignaling(Console.In, output);
    return await new PeerProgram(options, signaling, Console.In, output).RunAsync(interrupted.Token);
}
catch (UsageException fault)
{
    output.WriteLine(fault.Message);
    output.WriteLine();
    output.WriteLine(PeerOptions.Usage);
    return ExitCode.Usage;
}
catch (OperationCanceledException)
{
    output.WriteLine("Interrupted.");
    return ExitCode.Failure;
}
catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
{
    output.WriteLine(fault.Message);
    return ExitCode.Failure;
}
