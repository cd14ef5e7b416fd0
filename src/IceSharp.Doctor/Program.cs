using System.Globalization;
using IceSharp.Doctor;
using IceSharp.Doctor.Nat;
using IceSharp.Doctor.Stun;
using IceSharp.Doctor.Turn;
using Spectre.Console;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is ["--help"] or ["-h"] or ["help"])
{
    Console.WriteLine(DoctorOptions.Usage);
    return ExitCode.Ok;
}

using CancellationTokenSource stop = new();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};

// Into a file or a pipe go plain words.
IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
{
    Ansi = Console.IsOutputRedirected ? AnsiSupport.No : AnsiSupport.Detect,
    Interactive = Console.IsOutputRedirected ? InteractionSupport.No : InteractionSupport.Detect,
});
try
{
    DoctorOptions options = DoctorOptions.Parse(args);
    return options.Command switch
    {
        "stun" => await StunCommand.RunAsync(options, console, stop.Token),
        "turn" => await TurnCommand.RunAsync(options, console, stop.Token),
        _ => await NatCommand.RunAsync(options, console, stop.Token),
    };
}
catch (UsageException fault)
{
    Console.Error.WriteLine($"{fault.Message}{Environment.NewLine}{Environment.NewLine}{DoctorOptions.Usage}");
    return ExitCode.Usage;
}
catch (OperationCanceledException)
{
    return ExitCode.Interrupted;
}
