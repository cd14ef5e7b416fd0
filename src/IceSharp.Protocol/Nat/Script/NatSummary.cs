namespace IceSharp.Protocol.Nat;

/// <summary>The report in a sentence or two for people who do not know the RFC's terms.</summary>
internal static class NatSummary
{
    public static string Of(NatReport report) => report.Outcome switch
    {
        NatProbeOutcome.NoConnectivity => "No server answered over UDP: UDP is blocked here, or the servers do not live.",
        NatProbeOutcome.ServerFailed => "Servers answered, but none of them told an address: see the evidence for what they said.",
        NatProbeOutcome.LocalFailure => "No UDP socket could be opened for a test, so that it ended early.",
        _ => string.Join(' ', Sentences(report)),
    };

    private static IEnumerable<string> Sentences(NatReport report)
    {
        if (report.MappedAddress == report.LocalAddress)
        {
            yield return "There is no NAT" + NoNatFilter(report.Filtering);
        }
        else
        {
            yield return report.Mapping switch
            {
                NatMappingType.EndpointIndependent => "A NAT with endpoint-independent mapping" + EasyFilter(report.Filtering),
                NatMappingType.AddressDependent or NatMappingType.AddressAndPortDependent or NatMappingType.NotEndpointIndependent =>
                    "A NAT that gives each destination another port (\"symmetric\"): direct connections work with reachable peers only, others need a TURN server.",
                NatMappingType.NotSupportedByServer =>
                    $"There is a NAT; the server sees {report.MappedAddress}. It has no second address (OTHER-ADDRESS), so how the NAT maps cannot be told: ask a server with RFC 5780, or two at different addresses.",
                _ => $"There is a NAT; the server sees {report.MappedAddress}.",
            };
        }

        if (report.Filtering == NatFilteringType.NotSupportedByServer)
        {
            yield return "What the NAT or firewall lets in cannot be told without a server that has a second address.";
        }

        if (report.ApplicationLayerGateway == NatObservation.Yes)
        {
            yield return "Something on the way rewrites addresses inside of datagrams (ALG).";
        }

        if (report.LifetimeAtLeast is { } least)
        {
            yield return report.LifetimeLessThan is { } less
                ? FormattableString.Invariant($"An idle mapping ends after {least.TotalSeconds:0} to {less.TotalSeconds:0} s.")
                : FormattableString.Invariant($"An idle mapping lives {least.TotalSeconds:0} s or longer.");
        }
    }

    private static string NoNatFilter(NatFilteringType filtering) => filtering switch
    {
        NatFilteringType.EndpointIndependent => ", and nothing filters UDP: everybody can connect directly.",
        NatFilteringType.AddressDependent or NatFilteringType.AddressAndPortDependent => ", but a firewall that lets in only answers: direct connections work once both sides send.",
        _ => ".",
    };

    private static string EasyFilter(NatFilteringType filtering) => filtering switch
    {
        NatFilteringType.EndpointIndependent => " that lets everybody in (\"full cone\"): direct connections work with everybody.",
        NatFilteringType.AddressDependent => " that lets in addresses that were sent to (\"address restricted\"): direct connections work with nearly everybody.",
        NatFilteringType.AddressAndPortDependent =>
            " that lets in addresses and ports that were sent to (\"port restricted\"): direct connections work, except with peers behind symmetric NATs.",
        _ => ": direct connections work with most peers.",
    };
}
