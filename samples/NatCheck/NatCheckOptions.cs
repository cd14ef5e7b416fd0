using System.Globalization;
using IceSharp.Protocol.Nat;
using IceSharp.Samples.Terminal;

namespace IceSharp.Samples.NatCheck;

/// <summary>The command line.</summary>
internal sealed record NatCheckOptions
{
    public const string Usage = """
        NatCheck [--fragments] [--lifetime] [--rto MILLISECONDS] stun:HOST[:PORT]...

        Tells what the NAT in front of this machine does to UDP, with STUN servers that have two addresses (RFC 5780).

          --fragments  also sends datagrams larger than the MTU
          --lifetime   also looks for the time after which an idle mapping ends: takes many minutes
          --rto        waits so long for the first answer, 500 if not said; less is quicker and misses slow answers
        """;

    public IReadOnlyList<string> Uris { get; init; } = [];

    public NatProbeTests Tests { get; init; } = NatProbeTests.Mapping | NatProbeTests.Filtering | NatProbeTests.Hairpinning;

    public TimeSpan InitialRto { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <exception cref="UsageException">The command line is not understood.</exception>
    public static NatCheckOptions Parse(string[] args)
    {
        Arguments arguments = Arguments.Parse(args, ["--fragments", "--lifetime"], ["--rto"]);
        NatCheckOptions options = new() { Uris = arguments.Words };
        if (options.Uris.Count == 0)
        {
            throw new UsageException("A STUN server is missing.");
        }

        NatProbeTests tests = options.Tests;
        tests |= arguments.Has("--fragments") ? NatProbeTests.Fragments : NatProbeTests.None;
        tests |= arguments.Has("--lifetime") ? NatProbeTests.BindingLifetime : NatProbeTests.None;
        return options with
        {
            Tests = tests,
            InitialRto = arguments.Get("--rto") is not { } text ? options.InitialRto
                : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int rto) ? TimeSpan.FromMilliseconds(rto)
                : throw new UsageException($"'{text}' is no number of milliseconds."),
        };
    }
}
