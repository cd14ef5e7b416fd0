using IceSharp.Doctor.Terminal;
using IceSharp.Protocol.Stun;
using Spectre.Console;

namespace IceSharp.Doctor.Turn;

/// <summary>"ice-doctor turn URI...".</summary>
internal static class TurnCommand
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(10);

    public static async Task<int> RunAsync(DoctorOptions options, IAnsiConsole console, CancellationToken cancellationToken)
    {
        TurnClientOptions client = CreateOptions(options);
        string? password = options.User is null ? null : DoctorFiles.ReadPassword(options.User);
        List<TurnTrial> trials = [];
        foreach (StunUri uri in options.Uris)
        {
            IceServer server = CreateServer(uri, options.User, password);
            foreach (StunUriTransport transport in uri.Transports.Where(t => t != StunUriTransport.Dtls && (options.Transport is null || t == options.Transport)))
            {
                TurnTrial trial = options.Json
                    ? await TurnTrial.RunAsync(client, server, transport, cancellationToken)
                    : await console.Status().StartAsync($"{Markup.Escape(uri.ToString())} over {transport}", _ => TurnTrial.RunAsync(client, server, transport, cancellationToken));
                trials.Add(trial);
                Write(trial, options, console);
            }
        }

        if (trials.Count == 0)
        {
            throw new UsageException("None of the URIs allows a transport that can be tried: DTLS has no implementation here.");
        }

        return trials.Exists(t => t.Works) ? ExitCode.Ok
            : trials.Find(t => t.Fault is not null) is { Fault: { } fault } ? ExitCode.Of(fault.Error) : ExitCode.NoAnswer;
    }

    private static void Write(TurnTrial trial, DoctorOptions options, IAnsiConsole console)
    {
        if (options.Json)
        {
            JsonObject.Write(console.Profile.Out.Writer, json => json
                .Add("uri", trial.Uri).Add("transport", trial.Transport).Add("ok", trial.Works)
                .Add("server", trial.Server).Add("relayedAddress", trial.RelayedAddress).Add("mappedAddress", trial.MappedAddress)
                .Add("lifetimeSeconds", trial.Lifetime?.TotalSeconds)
                .Add("allocateMs", trial.AllocateTime?.TotalMilliseconds).Add("relayMs", trial.RelayTime?.TotalMilliseconds)
                .Add("message", trial.Works ? null : trial.Sentence).Add("error", trial.Fault?.Error)
                .Add("errorCode", trial.Fault is { ErrorCode: > 0 } ? trial.Fault.ErrorCode : null)
                .Add("tlsFailure", trial.Fault is { TlsFailure: not IceTlsFailure.None } ? trial.Fault.TlsFailure : null)
                .AddAll("attempts", trial.Fault?.Report.Attempts ?? [], (o, a) => o.Add("transport", a.Transport).Add("server", a.Server).Add("outcome", a.Outcome)));
            return;
        }

        if (trial.Works)
        {
            console.MarkupLineInterpolated(
                $"[green]ok[/]     {trial.Uri} over {trial.Transport}: {trial.RelayedAddress}, allocated in {trial.AllocateTime!.Value.TotalMilliseconds:0.0} ms, through the relay and back in {trial.RelayTime!.Value.TotalMilliseconds:0.0} ms");
        }
        else
        {
            console.MarkupLineInterpolated($"[red]failed[/] {trial.Uri} over {trial.Transport}: {trial.Sentence}");
        }
    }

    private static IceServer CreateServer(StunUri uri, string? user, string? password)
    {
        try
        {
            return user is null ? IceServer.Turn(uri.ToString()) : IceServer.Turn(uri.ToString(), user, password!);
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message);
        }
    }

    /// <exception cref="UsageException">A file cannot be read.</exception>
    private static TurnClientOptions CreateOptions(DoctorOptions options) => new()
    {
        AllocateTimeout = options.Timeout ?? DefaultTimeout,
        Tls = new IceTlsOptions { TrustedRoots = options.AuthorityFile is { } file ? [.. DoctorFiles.ReadAuthorities(file)] : [] },
        Proxy = options.Proxy,
    };
}
