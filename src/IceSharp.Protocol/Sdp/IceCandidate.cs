using IceSharp.Protocol;

namespace IceSharp;

/// <summary>A candidate as it is exchanged with the peer: one <c>a=candidate</c> line of SDP (RFC 8839 §5.1).</summary>
/// <remarks>Immutable and thread safe.</remarks>
public sealed record IceCandidate
{
    /// <summary>Groups candidates that work or fail alike: 1 to 32 letters, digits, '+' or '/'.</summary>
    public required string Foundation { get; init; }

    /// <summary>Component, 1 to 256; RTP is 1, RTCP 2.</summary>
    public required int Component { get; init; }

    /// <summary>Transport protocol.</summary>
    public IceTransport Transport { get; init; }

    /// <summary>Priority, 1 to 2^31 - 1; higher is better.</summary>
    public required uint Priority { get; init; }

    /// <summary>Where the candidate can be reached.</summary>
    public required TransportAddress Address { get; init; }

    /// <summary>Where the candidate comes from.</summary>
    public required IceCandidateType Type { get; init; }

    /// <summary>Base of a reflexive candidate, mapped address of a relayed one; null for host candidates or when not given.</summary>
    public TransportAddress? RelatedAddress { get; init; }

    /// <summary>Identification of the data stream (<c>a=mid</c>) the candidate belongs to; not part of the line.</summary>
    public string? Mid { get; init; }

    /// <summary>Username fragment of the candidate's generation; null when not known. Printed only when it is among <see cref="Extensions"/>.</summary>
    public string? Ufrag { get; init; }

    /// <summary>Further names and values of the line, in order, kept as received.</summary>
    public IReadOnlyList<IceCandidateExtension> Extensions { get; init; } = [];
}
