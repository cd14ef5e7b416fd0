namespace IceSharp;

/// <summary>The parts of an <c>m=</c> section that ICE does not own but has to carry.</summary>
/// <remarks>Immutable and thread safe.</remarks>
/// <param name="Kind">Media type, for example "audio".</param>
/// <param name="Protocol">Transport profile, for example "RTP/AVP".</param>
/// <param name="Formats">Format list, for example "0" for PCMU.</param>
public sealed record SdpMedia(string Kind, string Protocol, string Formats)
{
    /// <summary>"audio RTP/AVP 0": PCMU, whose payload type needs no further line.</summary>
    public static SdpMedia Audio { get; } = new("audio", "RTP/AVP", "0");

    /// <summary>Attribute lines of the section that are not ICE's, without "a=", in order.</summary>
    public IReadOnlyList<string> Attributes { get; init; } = [];

    /// <summary>Whether an agent offers, and takes when the peer does too, that RTP and RTCP share component 1 (<c>a=rtcp-mux</c>, RFC 5761).</summary>
    /// <value>The default is false. What a description says is in <see cref="IceStreamDescription.RtcpMux"/>.</value>
    public bool RtcpMux { get; init; }

    /// <summary>Bandwidth lines of the section, without "b=", in order: "RS:0" and "RR:0" say that there is no RTCP (RFC 3556).</summary>
    public IReadOnlyList<string> Bandwidths { get; init; } = [];

    /// <summary>Whether the bandwidth lines say that there is no RTCP.</summary>
    internal bool IsWithoutRtcp => Bandwidths.Contains("RS:0") && Bandwidths.Contains("RR:0");
}
