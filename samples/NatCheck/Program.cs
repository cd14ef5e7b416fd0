using System.Globalization;
using IceSharp;
using IceSharp.Protocol.Nat;
using IceSharp.Protocol.Stun.Transactions;
using IceSharp.Samples.NatCheck;
using IceSharp.Samples.Terminal;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
try
{
    NatCheckOptions options = NatCheckOptions.Parse(args);
    using CancellationTokenSource stop = new();
    Console.CancelKeyPress += (_, pressed) =>
    {
        pressed.Cancel = true;
        stop.Cancel();
    };
    NatProbeResult result = await NatProbe.RunAsync(
        options.Uris,
        new NatProbeOptions
        {
            Tests = options.Tests,
            Retransmission = new StunRetransmissionSettings { InitialRto = options.InitialRto },
            Progress = new PrintedTests(),
        },
        stop.Token);
    NatReport report = result.Report;
    Console.WriteLine($"outcome: {report.Outcome}");
    Console.WriteLine($"mapping: {report.Mapping}");
    Console.WriteLine($"filtering: {report.Filtering}");
    Console.WriteLine($"hairpinning: {report.Hairpinning}");
    Console.WriteLine($"fragments: {report.Fragments}");
    Console.WriteLine($"lifetime: {report.BindingLifetime} {report.LifetimeAtLeast} {report.LifetimeLessThan}".TrimEnd());
    Console.WriteLine(report.Summary);
    return report.Outcome == NatProbeOutcome.Completed ? 0 : 1;
}
catch (Exception fault) when (fault is UsageException or FormatException or ArgumentException)
{
    Console.Error.WriteLine($"{fault.Message}{Environment.NewLine}{Environment.NewLine}{NatCheckOptions.Usage}");
    return 2;
}
catch (IceException fault)
{
    Console.Error.WriteLine(fault.Message);
    return 1;
}
catch (OperationCanceledException)
{
    return 1;
}
