using IceSharp.Protocol;

namespace IceSharp.Samples.BrowserPeer.Sessions;

/// <summary>A candidate for the page.</summary>
internal sealed record CandidateView(string Type, string Address, int Port, string Protocol, uint Priority, string? Base)
{
    public static CandidateView Of(IceCandidate candidate, TransportAddress? hostBase = null) => new(
        candidate.Type switch
        {
            IceCandidateType.Host => "host",
            IceCandidateType.ServerReflexive => "srflx",
            IceCandidateType.PeerReflexive => "prflx",
            _ => "relay",
        },
        candidate.Address.Address.ToString(),
        candidate.Address.Port,
        candidate.Transport == IceTransport.Udp ? "udp" : "tcp",
        candidate.Priority,
        hostBase?.ToString());
}
