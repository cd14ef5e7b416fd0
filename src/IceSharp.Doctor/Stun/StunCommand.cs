using IceSharp.Doctor.Terminal;
using IceSharp.Protocol.Stun;
using IceSharp.Protocol.Stun.Credentials;
using Spectre.Console;

namespace IceSharp.Doctor.Stun;

/// <summary>"ice-doctor stun URI".</summary>
internal static class StunCommand
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(60);

    public static async Task<int> RunAsync(DoctorOptions options, IAnsiConsole console, CancellationToken cancellationToken)
    {
        await using var client = new StunClient(CreateOptions(options));
        TimeSpan patience = options.Timeout ?? DefaultTimeout;
        using var late = new CancellationTokenSource(patience);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        StunUri uri = options.Uris[0];
        try
        {
            StunBinding binding = options.Json
                ? await client.BindAsync(uri, both.Token)
                : await console.Status().StartAsync($"Asking {Markup.Escape(uri.ToString())}", _ => client.BindAsync(uri, both.Token));
            return Succeed(binding, options, console);
        }
        catch (IceException e)
        {
            return Fail(e.Error, e.Message.Split(Environment.NewLine)[0], e as StunException, e.Report, options, console);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Fail(IceError.ServerSilent, $"No answer within {patience.TotalSeconds} s.", null, IceReport.Empty, options, console);
        }
    }

    private static int Succeed(StunBinding binding, DoctorOptions options, IAnsiConsole console)
    {
        if (options.Json)
        {
            JsonObject.Write(console.Profile.Out.Writer, json => json
                .Add("uri", options.Uris[0]).Add("ok", true)
                .Add("mappedAddress", binding.MappedAddress).Add("localAddress", binding.LocalAddress).Add("server", binding.Server)
                .Add("transport", binding.Transport).Add("roundTripMs", binding.RoundTripTime?.TotalMilliseconds).Add("software", binding.Software)
                .Add("otherAddress", binding.OtherAddress)
                .AddAll("attributes", binding.Attributes, (o, a) => o.Add("type", a.Type).Add("value", Convert.ToHexString(a.Value.Span)))
                .AddAll("attempts", binding.Report.Attempts, WriteAttempt));
            return ExitCode.Ok;
        }

        FactTable facts = new();
        facts.Add("Mapped address", binding.MappedAddress);
        facts.Add("Local address", $"{binding.LocalAddress}{(binding.MappedAddress.Equals(binding.LocalAddress) ? " (no NAT in between)" : string.Empty)}");
        facts.Add("Server", $"{binding.Server} over {binding.Transport.ToString().ToUpperInvariant()}");
        facts.Add("Round trip", binding.RoundTripTime is { } time ? FormattableString.Invariant($"{time.TotalMilliseconds:0.0} ms") : "unknown: the request was repeated");
        facts.Add("Software", binding.Software);
        facts.Add("Other address", binding.OtherAddress);
        facts.WriteTo(console);
        WriteAttempts(binding.Report, console);
        return ExitCode.Ok;
    }

    private static int Fail(IceError error, string message, StunException? details, IceReport report, DoctorOptions options, IAnsiConsole console)
    {
        if (options.Json)
        {
            JsonObject.Write(console.Profile.Out.Writer, json => json
                .Add("uri", options.Uris[0]).Add("ok", false).Add("error", error).Add("message", message)
                .Add("errorCode", details is { ErrorCode: > 0 } ? details.ErrorCode : null).Add("reason", details?.ReasonPhrase)
                .Add("tlsFailure", details is { TlsFailure: not IceTlsFailure.None } ? details.TlsFailure : null)
                .AddAll("attempts", report.Attempts, WriteAttempt));
        }
        else
        {
            console.MarkupLineInterpolated($"[red]{error}[/]: {message}");
            WriteAttempts(report, console);
        }

        return ExitCode.Of(error);
    }

    private static void WriteAttempts(IceReport report, IAnsiConsole console)
    {
        foreach (StunAttempt attempt in report.Attempts)
        {
            console.MarkupLineInterpolated($"[grey]{attempt}[/]");
        }
    }

    private static void WriteAttempt(JsonObject json, StunAttempt attempt) =>
        json.Add("transport", attempt.Transport).Add("server", attempt.Server).Add("outcome", attempt.Outcome);

    /// <exception cref="UsageException">A file cannot be read, or there is no password for the user.</exception>
    private static StunClientOptions CreateOptions(DoctorOptions options)
    {
        StunClientOptions client = new();
        return client with
        {
            Transports = options.Transport is { } only ? [only] : client.Transports,
            Tls = new IceTlsOptions { TrustedRoots = options.AuthorityFile is { } file ? [.. DoctorFiles.ReadAuthorities(file)] : [] },
            LongTermCredential = options.User is { } user ? CreateCredential(user) : null,
        };
    }

    private static LongTermCredential CreateCredential(string user)
    {
        string password = DoctorFiles.ReadPassword(user);
        try
        {
            return new LongTermCredential(user, password);
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message);
        }
    }
}
