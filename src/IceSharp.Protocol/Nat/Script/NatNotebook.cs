namespace IceSharp.Protocol.Nat;

/// <summary>What has been seen so far, and what the series made of it.</summary>
internal sealed class NatNotebook(NatProbeSettings settings)
{
    public List<NatTestRecord> Records { get; } = [];

    public NatTestRecord Last => Records[^1];

    public NatProbeSettings Settings => settings;

    /// <summary>The first usable answer to test I of the server that serves the tests.</summary>
    public NatTestRecord? First { get; set; }

    /// <summary>The answers of servers without a second address, from the same local port.</summary>
    public List<NatTestRecord> PlainAnswers { get; } = [];

    public TransportAddress Server => First!.Destination;

    public TransportAddress? Other { get; set; }

    public bool HasNoNat => First is { } first && first.MappedAddress == first.LocalAddress;

    public NatProbeOutcome Outcome { get; set; }

    public NatMappingType Mapping { get; set; }

    public NatFilteringType Filtering { get; set; }

    public NatObservation Hairpinning { get; set; }

    public NatFragmentHandling Fragments { get; set; }

    public NatObservation Lifetime { get; set; }

    public TimeSpan? LifetimeAtLeast { get; set; }

    public TimeSpan? LifetimeLessThan { get; set; }

    public bool Wants(NatProbeTests test) => settings.Tests.HasFlag(test);

    public NatReport ToReport()
    {
        NatReport report = new()
        {
            Outcome = Outcome,
            Summary = "",
            Server = First?.Destination,
            OtherAddress = Other,
            LocalAddress = First?.LocalAddress,
            MappedAddress = First?.MappedAddress,
            Mapping = Mapping,
            Filtering = Filtering,
            Hairpinning = Hairpinning,
            ApplicationLayerGateway = JudgeGateway(),
            Fragments = Fragments,
            BindingLifetime = Lifetime,
            LifetimeAtLeast = LifetimeAtLeast,
            LifetimeLessThan = LifetimeLessThan,
            Evidence = [.. Records],
        };
        return report with { Summary = NatSummary.Of(report) };
    }

    // RFC 5780 §3.6: XOR hides the address from what rewrites addresses in payloads, MAPPED-ADDRESS does not.
    private NatObservation JudgeGateway()
    {
        NatObservation seen = NatObservation.NotTestable;
        foreach (NatTestRecord record in Records)
        {
            if (record.PlainMappedAddress is { } plain && record.MappedAddress is { } mapped)
            {
                if (plain != mapped)
                {
                    return NatObservation.Yes;
                }

                seen = NatObservation.No;
            }
        }

        return seen;
    }
}
