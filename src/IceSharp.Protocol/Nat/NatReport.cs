using System.Text;

namespace IceSharp.Protocol.Nat;

/// <summary>What a probe observed, in the terms of RFC 4787 and RFC 5780, with the evidence.</summary>
/// <remarks>
/// Immutable and thread safe. It tells what happened then, from those ports and to that server; another port or another hour may give
/// something else, so do not keep it as a property of the network (RFC 5780 §4).
/// </remarks>
public sealed record NatReport
{
    /// <summary>Whether anything could be observed.</summary>
    public required NatProbeOutcome Outcome { get; init; }

    /// <summary>One sentence or two for a human.</summary>
    public required string Summary { get; init; }

    /// <summary>The server that the tests were made with; null when none answered.</summary>
    public TransportAddress? Server { get; init; }

    /// <summary>The server's other address and port; null when it has none, so that it can tell little.</summary>
    public TransportAddress? OtherAddress { get; init; }

    /// <summary>The local address and port of the first test.</summary>
    public TransportAddress? LocalAddress { get; init; }

    /// <summary>The address that the server saw in the first test.</summary>
    public TransportAddress? MappedAddress { get; init; }

    /// <summary>When the NAT uses an external port again.</summary>
    public NatMappingType Mapping { get; init; }

    /// <summary>Whose datagrams get in.</summary>
    public NatFilteringType Filtering { get; init; }

    /// <summary>Whether datagrams to the NAT's own outside come back in.</summary>
    public NatObservation Hairpinning { get; init; }

    /// <summary>Whether something on the way rewrites addresses inside of datagrams (RFC 5780 §3.6); not testable when no response had both kinds of mapped address.</summary>
    public NatObservation ApplicationLayerGateway { get; init; } = NatObservation.NotTestable;

    /// <summary>What became of datagrams larger than the MTU.</summary>
    public NatFragmentHandling Fragments { get; init; }

    /// <summary>Whether a lifetime was found: Yes when <see cref="LifetimeAtLeast"/> holds.</summary>
    public NatObservation BindingLifetime { get; init; }

    /// <summary>A mapping without traffic lived at least so long; null when not observed.</summary>
    public TimeSpan? LifetimeAtLeast { get; init; }

    /// <summary>A mapping without traffic was gone after so long; null when none was seen to end.</summary>
    public TimeSpan? LifetimeLessThan { get; init; }

    /// <summary>Every test in the order in which it was made.</summary>
    public IReadOnlyList<NatTestRecord> Evidence { get; init; } = [];

    /// <summary>The summary, and a line for each test.</summary>
    public override string ToString()
    {
        StringBuilder text = new(Summary);
        foreach (NatTestRecord record in Evidence)
        {
            text.Append('\n').Append(record);
        }

        return text.ToString();
    }
}
