using IceSharp.Protocol;

namespace IceSharp;

/// <summary>One data stream of an <see cref="IceDescription"/>.</summary>
/// <remarks>Immutable and thread safe. <see cref="ToString"/> hides the password.</remarks>
public sealed record IceStreamDescription
{
    /// <summary>Identification of the stream (<c>a=mid</c>); made up from its position when a received section has none.</summary>
    public required string Mid { get; init; }

    /// <summary>Username fragment in force for the stream, wherever it stood: 4 to 256 ice-chars. Empty when the stream is rejected or has no ICE credentials.</summary>
    public required string Ufrag { get; init; }

    /// <summary>Password in force for the stream, wherever it stood: 22 to 256 ice-chars. Empty when the stream is rejected or has no ICE credentials.</summary>
    public required string Password { get; init; }

    /// <summary>The candidates known so far.</summary>
    public IReadOnlyList<IceCandidate> Candidates { get; init; } = [];

    /// <summary>Whether no more candidates will follow (<c>a=end-of-candidates</c>).</summary>
    public bool EndOfCandidates { get; init; }

    /// <summary>Whether RTP and RTCP share component 1 (<c>a=rtcp-mux</c>).</summary>
    public bool RtcpMux { get; init; }

    /// <summary>Whether the stream is refused or removed: port 0 in its <c>m=</c> line.</summary>
    public bool IsRejected { get; init; }

    /// <summary>What the <c>m=</c> line says besides address and port.</summary>
    public SdpMedia Media { get; init; } = SdpMedia.Audio;

    /// <summary>Option tags in force for the stream as received: the session's and its own. When printed, those that the session part does not carry.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>Whether the answerer saw a mismatch and does not use ICE for the stream (<c>a=ice-mismatch</c>, answers only).</summary>
    public bool IsIceMismatch { get; init; }

    /// <summary>The answerer's candidates that the nominated pairs of a completed stream use (<c>a=remote-candidates</c>, offers of the controlling agent only).</summary>
    public IReadOnlyList<IceRemoteCandidate> RemoteCandidates { get; init; } = [];

    /// <summary>Where component 1 can be reached without ICE, as <c>c=</c> and <c>m=</c> say.</summary>
    /// <value>The default is null. Received: null when the line has a name instead of an address. Printed: null stands for the default candidate.</value>
    public TransportAddress? DefaultDestination { get; init; }

    /// <summary>Where component 2 can be reached without ICE, as <c>a=rtcp</c> says (RFC 3605).</summary>
    /// <value>The default is null. Received: null when there is no such line. Printed: null stands for the default candidate of component 2.</value>
    public TransportAddress? RtcpDestination { get; init; }

    /// <summary>Whether the stream is in use and has a username fragment and a password.</summary>
    public bool SupportsIce => !IsRejected && Ufrag.Length > 0 && Password.Length > 0;

    /// <summary>Whether a received default destination is none of the candidates: something on the way rewrote the description (RFC 8839 §4.2.5).</summary>
    /// <remarks>Names, 0.0.0.0 and :: with port 9, and streams whose candidates still trickle (RFC 8840 §4.1.2) are no mismatch.</remarks>
    public bool HasDefaultMismatch =>
        SupportsIce && (EndOfCandidates || !Options.Contains("trickle")) && (IsMissing(DefaultDestination, component: 1) || IsRtcpMissing);

    private bool IsRtcpMissing =>
        !RtcpMux && !Media.IsWithoutRtcp && Candidates.Any(c => c.Component == 2) && IsMissing(RtcpDestination ?? NextToRtp, component: 2);

    // RFC 3605: without a=rtcp RTCP goes to the port after RTP's.
    private TransportAddress? NextToRtp =>
        DefaultDestination is { Address.IsUnspecified: false } rtp ? rtp with { Port = (ushort)(rtp.Port + 1) } : null;

    /// <summary>Whether a text can be the identification of an agent's stream: 1 to 32 token characters.</summary>
    public static bool IsUsableMid(string mid) => mid is { Length: >= 1 and <= 32 } && Protocol.Sdp.IceGrammar.IsToken(mid);

    /// <summary>A summary without secrets.</summary>
    public override string ToString() => $"IceStreamDescription({Mid}, ufrag {Ufrag}, {Candidates.Count} candidates)";

    private bool IsMissing(TransportAddress? destination, int component)
    {
        if (destination is not { } address || (address.Address.IsUnspecified && address.Port == 9))
        {
            return false;
        }

        IceTransport transport = Media.Protocol.StartsWith("TCP", StringComparison.OrdinalIgnoreCase) ? IceTransport.Tcp : IceTransport.Udp;
        return !Candidates.Any(c => c.Component == component && c.Transport == transport && c.Address == address);
    }
}
