namespace IceSharp.Samples.BrowserPeer.Sessions;

/// <summary>What the page is told; what does not belong to a type stays out.</summary>
/// <param name="Type">hello, offer, answer, candidate, event, view, fault.</param>
internal sealed record HostMessage(string Type)
{
    /// <summary>Of hello: the servers, for the browser.</summary>
    public IReadOnlyList<ServerEntry>? Servers { get; init; }

    /// <summary>Of offers and answers.</summary>
    public string? Sdp { get; init; }

    /// <summary>A candidate line, empty when there are no more.</summary>
    public string? Candidate { get; init; }

    /// <summary>The data stream of a candidate.</summary>
    public string? SdpMid { get; init; }

    /// <summary>The session of a candidate.</summary>
    public string? UsernameFragment { get; init; }

    /// <summary>Of views.</summary>
    public AgentView? View { get; init; }

    /// <summary>Of events: what it is about, as state, pair, selected.</summary>
    public string? Topic { get; init; }

    /// <summary>Of events and faults: a sentence.</summary>
    public string? Text { get; init; }
}
