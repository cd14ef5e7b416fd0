using System.Globalization;
using IceSharp.Protocol.Nat;
using IceSharp.Protocol.Stun;

namespace IceSharp.Doctor;

/// <summary>The command line.</summary>
internal sealed record DoctorOptions
{
    public const string Usage = """
        ice-doctor stun URI [--transport udp|tcp] [--ca FILE] [--user NAME] [--timeout SECONDS] [--json]
            Asks a STUN server which address it sees: stun:HOST[:PORT], or stuns:HOST[:PORT] over TLS.
            The password of NAME comes from the environment variable ICE_DOCTOR_PASSWORD.

        ice-doctor turn URI... [--transport udp|tcp|tls] [--user NAME] [--ca FILE] [--proxy HOST:PORT] [--timeout SECONDS] [--json]
            Allocates on each TURN server over each transport that its URI allows, and relays a probe to itself.

        ice-doctor nat URI... [--fragments] [--lifetime] [--timeout SECONDS] [--json]
            Tells what the NAT in front of this machine does to UDP, with servers that have two addresses (RFC 5780).

        Exit codes: 0 answered, 1 no answer, 2 usage, 3 refused by the server, 4 TLS, 130 interrupted.
        """;

    public const string PasswordVariable = "ICE_DOCTOR_PASSWORD";

    public required string Command { get; init; }

    public IReadOnlyList<StunUri> Uris { get; init; } = [];

    public StunUriTransport? Transport { get; init; }

    public string? AuthorityFile { get; init; }

    public string? User { get; init; }

    public IceHttpProxy? Proxy { get; init; }

    public bool Json { get; init; }

    public NatProbeTests Tests { get; init; } = NatProbeTests.Mapping | NatProbeTests.Filtering | NatProbeTests.Hairpinning;

    public TimeSpan? Timeout { get; init; }

    /// <exception cref="UsageException">The command line is not understood.</exception>
    public static DoctorOptions Parse(IReadOnlyList<string> arguments)
    {
        if (arguments.Count == 0 || arguments[0] is not ("stun" or "turn" or "nat"))
        {
            throw new UsageException(arguments.Count == 0 ? "A command is missing." : $"There is no command '{arguments[0]}'.");
        }

        var options = new DoctorOptions { Command = arguments[0] };
        for (int i = 1; i < arguments.Count; i++)
        {
            string argument = arguments[i];
            options = argument.StartsWith("--", StringComparison.Ordinal)
                ? options.WithOption(argument, () => ++i < arguments.Count ? arguments[i] : throw new UsageException($"{argument} needs a value."))
                : options with { Uris = [.. options.Uris, ParseUri(argument)] };
        }

        return options.Uris.Count switch
        {
            0 => throw new UsageException("A URI is missing."),
            > 1 when options.Command == "stun" => throw new UsageException("One URI is enough."),
            _ => options,
        };
    }

    private DoctorOptions WithOption(string name, Func<string> value) => (Command, name) switch
    {
        (_, "--json") => this with { Json = true },
        (_, "--timeout") => this with { Timeout = ParseSeconds(value(), Command == "nat" ? 86_400 : Command == "turn" ? 120 : 600) },
        ("stun" or "turn", "--transport") => this with { Transport = ParseTransport(value()) },
        ("stun" or "turn", "--ca") => this with { AuthorityFile = value() },
        ("stun" or "turn", "--user") => this with { User = value() },
        ("turn", "--proxy") => this with { Proxy = ParseProxy(value()) },
        ("nat", "--fragments") => this with { Tests = Tests | NatProbeTests.Fragments },
        ("nat", "--lifetime") => this with { Tests = Tests | NatProbeTests.BindingLifetime },
        _ => throw new UsageException($"{name} is no option of {Command}."),
    };

    private static StunUri ParseUri(string text)
    {
        try
        {
            return StunUri.Parse(text);
        }
        catch (FormatException e)
        {
            throw new UsageException(e.Message);
        }
    }

    private StunUriTransport ParseTransport(string text) => text switch
    {
        "udp" => StunUriTransport.Udp,
        "tcp" => StunUriTransport.Tcp,
        "tls" when Command == "turn" => StunUriTransport.Tls,
        _ => throw new UsageException($"'{text}' is no transport of {Command}."),
    };

    private static IceHttpProxy ParseProxy(string text)
    {
        int colon = text.LastIndexOf(':');
        return colon > 0 && int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int port) && port is > 0 and <= ushort.MaxValue
            ? new IceHttpProxy(text[..colon].Trim('[', ']'), port)
            : throw new UsageException($"'{text}' is no HOST:PORT.");
    }

    private static TimeSpan ParseSeconds(string text, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int seconds) && seconds >= 1 && seconds <= most
            ? TimeSpan.FromSeconds(seconds)
            : throw new UsageException($"'{text}' is no number of seconds from 1 to {most}.");
}
