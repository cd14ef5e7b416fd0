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

    public static NatCheckOptions Parse(string[] args)
    {
        NatCheckOptions options = new();
        for (int i = 0; i < args.Length; i++)
        {
            options = args[i] switch
            {
                "--fragments" => options with { Tests = options.Tests | NatProbeTests.Fragments },
                "--lifetime" => options with { Tests = options.Tests | NatProbeTests.BindingLifetime },
                "--rto" when i + 1 < args.Length && int.TryParse(args[i + 1], NumberStyles.None, CultureInfo.InvariantCulture, out int rto) && ++i > 0 =>
                    options with { InitialRto = TimeSpan.FromMilliseconds(rto) },
                ['-', ..] => throw new UsageException($"'{args[i]}' is not understood."),
                _ => options with { Uris = [.. options.Uris, args[i]] },
            };
        }

        return options.Uris.Count > 0 ? options : throw new UsageException("A STUN server is missing.");
    }
}
