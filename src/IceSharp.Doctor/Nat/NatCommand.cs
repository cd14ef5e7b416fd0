using IceSharp.Doctor.Terminal;
using IceSharp.Protocol.Nat;
using Spectre.Console;

namespace IceSharp.Doctor.Nat;

/// <summary>"ice-doctor nat URI...".</summary>
internal static class NatCommand
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LifetimeTimeout = TimeSpan.FromHours(2);

    public static async Task<int> RunAsync(DoctorOptions options, IAnsiConsole console, CancellationToken cancellationToken)
    {
        TimeSpan patience = options.Timeout ?? (options.Tests.HasFlag(NatProbeTests.BindingLifetime) ? LifetimeTimeout : DefaultTimeout);
        using var late = new CancellationTokenSource(patience);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        string[] uris = [.. options.Uris.Select(u => u.ToString())];
        try
        {
            NatProbeResult result = options.Json
                ? await NatProbe.RunAsync(uris, new NatProbeOptions { Tests = options.Tests }, both.Token)
                : await console.Status().StartAsync("Probing", status => NatProbe.RunAsync(uris, WithProgress(options, status), both.Token));
            return Conclude(result, uris, options, console);
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message);
        }
        catch (IceException e)
        {
            return Fail(e.Error, e.Message.Split(Environment.NewLine)[0], uris, options, console);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Fail(IceError.ServerSilent, $"Not done within {patience.TotalSeconds} s.", uris, options, console);
        }
    }

    private static NatProbeOptions WithProgress(DoctorOptions options, StatusContext status) => new()
    {
        Tests = options.Tests,
        Progress = new StatusProgress(status),
    };

    private static int Conclude(NatProbeResult result, string[] uris, DoctorOptions options, IAnsiConsole console)
    {
        NatReport report = result.Report;
        if (options.Json)
        {
            JsonObject.Write(console.Profile.Out.Writer, json => json
                .AddAll("uris", uris).Add("ok", report.Outcome == NatProbeOutcome.Completed)
                .Add("outcome", report.Outcome).Add("summary", report.Summary).Add("server", report.Server)
                .Add("localAddress", report.LocalAddress).Add("mappedAddress", report.MappedAddress)
                .Add("mapping", report.Mapping).Add("filtering", report.Filtering).Add("hairpinning", report.Hairpinning).Add("fragments", report.Fragments)
                .Add("bindingLifetime", report.BindingLifetime)
                .Add("lifetimeAtLeastSeconds", report.LifetimeAtLeast?.TotalSeconds).Add("lifetimeLessThanSeconds", report.LifetimeLessThan?.TotalSeconds)
                .Add("durationSeconds", result.Duration.TotalSeconds)
                .AddAll("evidence", report.Evidence.Select(e => e.ToString())));
        }
        else
        {
            Print(report, console);
        }

        return report.Outcome switch
        {
            NatProbeOutcome.Completed => ExitCode.Ok,
            NatProbeOutcome.ServerFailed => ExitCode.Refused,
            _ => ExitCode.NoAnswer,
        };
    }

    private static void Print(NatReport report, IAnsiConsole console)
    {
        console.MarkupLineInterpolated($"[bold]{report.Summary}[/]");
        FactTable facts = new();
        facts.Add("Server", report.Server);
        facts.Add("Local address", report.LocalAddress);
        facts.Add("Mapped address", report.MappedAddress);
        facts.Add("Mapping", report.Mapping);
        facts.Add("Filtering", report.Filtering);
        facts.Add("Hairpinning", report.Hairpinning);
        facts.Add("Fragments", report.Fragments);
        facts.Add("Binding lifetime", report.LifetimeAtLeast is { } least ? $"{least} or more" : report.BindingLifetime);
        facts.WriteTo(console);
        foreach (NatTestRecord record in report.Evidence)
        {
            console.MarkupLineInterpolated($"[grey]{record}[/]");
        }
    }

    private static int Fail(IceError error, string message, string[] uris, DoctorOptions options, IAnsiConsole console)
    {
        if (options.Json)
        {
            JsonObject.Write(console.Profile.Out.Writer, json => json.AddAll("uris", uris).Add("ok", false).Add("error", error).Add("message", message));
        }
        else
        {
            console.MarkupLineInterpolated($"[red]{error}[/]: {message}");
        }

        return ExitCode.Of(error);
    }

    private sealed class StatusProgress(StatusContext status) : IProgress<NatTestRecord>
    {
        public void Report(NatTestRecord value) => status.Status(Markup.Escape($"Probing: {value.Test} {value.Outcome}"));
    }
}
