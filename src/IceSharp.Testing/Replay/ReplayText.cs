using IceSharp.Protocol.Agent;

namespace IceSharp.Testing;

/// <summary>Host requests and facts as lines that say all that a replay must reproduce, and no secret.</summary>
internal static class ReplayText
{
    // A record prints the type of a list and not what is in it.
    public static string Of(IceHostRequest request) => request switch
    {
        ResolveServerRequest resolve => $"resolve {resolve.Uri} for {string.Join(", ", resolve.Transports)} (request {resolve.Id})",
        _ => request.ToString(),
    };

    public static string Of(IceAgentEvent fact) => fact switch
    {
        LocalCandidateFound found => $"candidate of stream {found.Stream}: {found.Candidate.ToSdp()}",
        RemoteCandidateIgnored ignored => $"candidate of the peer for stream {ignored.Stream} not used: {ignored.Candidate.ToSdp()}: {ignored.Reason}",
        PairStateChanged changed => $"pair {Name(changed.Pair)}: {changed.Previous} -> {changed.Pair.State}: {changed.Reason}",
        PairNominated nominated => $"nominated for stream {nominated.Stream}, component {nominated.Component}: {Name(nominated.Pair)}",
        RouteChanged { Route: { } route } changed => $"route of stream {changed.Stream}, component {changed.Component}: {Name(route.Pair)}{(route.Channel is { } channel ? $" on channel 0x{channel:X4}" : string.Empty)}",
        RouteChanged changed => $"no route any more for stream {changed.Stream}, component {changed.Component}",
        ConnectionStateChanged changed => $"{changed.Previous} -> {changed.State}: {changed.Reason}",
        LocalAddressesChanged changed => $"addresses came: {Names(changed.Added)}; went: {Names(changed.Removed)}",
        _ => fact.ToString(),
    };

    public static string Name(IceCandidatePairInfo pair) => $"{pair.Local.Type} {pair.Local.Address} - {pair.Remote.Type} {pair.Remote.Address}";

    private static string Names(IEnumerable<LocalInterfaceAddress> addresses) => string.Join(", ", addresses.Select(a => $"{a.Address} on {a.InterfaceName}").DefaultIfEmpty("none"));
}
