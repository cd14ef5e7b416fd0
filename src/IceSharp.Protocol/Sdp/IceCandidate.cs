using System.Diagnostics.CodeAnalysis;
using System.Text;
using IceSharp.Protocol;
using IceSharp.Protocol.Sdp;

namespace IceSharp;

/// <summary>A candidate as it is exchanged with the peer: one <c>a=candidate</c> line of SDP (RFC 8839 §5.1).</summary>
/// <remarks>
/// Immutable and thread safe. Two candidates are equal when all their members are, extensions compared one by one.
/// <example><code>
/// IceCandidate candidate = IceCandidate.Parse("candidate:1 1 UDP 2130706431 192.0.2.10 54321 typ host");
/// string line = candidate.ToSdp();
/// </code></example>
/// </remarks>
public sealed record IceCandidate
{
    /// <summary>Groups candidates that work or fail alike: 1 to 32 letters, digits, '+' or '/'.</summary>
    public required string Foundation { get; init; }

    /// <summary>Component, 1 to 256; RTP is 1, RTCP 2.</summary>
    public required int Component { get; init; }

    /// <summary>Transport protocol.</summary>
    public IceTransport Transport { get; init; }

    /// <summary>Which end of a TCP candidate opens the connection; null for UDP.</summary>
    /// <value>The default is null, which a TCP candidate must not have when it is printed.</value>
    public IceTcpType? TcpType { get; init; }

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

    /// <summary>The rule that put <see cref="Address"/> in place of a local one; null without one, and for the peer's candidates. Not part of the line.</summary>
    public IceAddressRewrite? Rewrite { get; init; }

    /// <summary>Further names and values of the line, in order, kept as received.</summary>
    public IReadOnlyList<IceCandidateExtension> Extensions { get; init; } = [];

    /// <summary>Reads a candidate from "a=candidate:...", "candidate:..." or what stands behind the colon.</summary>
    /// <remarks>For one's own lines and for configuration; for what a peer trickles use <see cref="TryParse(ReadOnlySpan{char}, out IceCandidate?, out SdpDiagnostic?)"/>, which tells unusable from malformed.</remarks>
    /// <exception cref="ArgumentNullException"><paramref name="line"/> is null.</exception>
    /// <exception cref="FormatException">The line is malformed, or well formed but unusable (a domain name for example); the message says why.</exception>
    public static IceCandidate Parse(string line)
    {
        ArgumentNullException.ThrowIfNull(line);
        return TryParse(line, out IceCandidate? candidate, out SdpDiagnostic? diagnostic)
            ? candidate
            : throw new FormatException($"Not a usable candidate: {diagnostic?.Message}.");
    }

    /// <summary>Reads a candidate from "a=candidate:...", "candidate:..." or what stands behind the colon; never throws.</summary>
    /// <param name="line">The line, with or without line end; more than 4096 characters are refused.</param>
    /// <param name="candidate">The candidate when it can be used, else null.</param>
    /// <param name="diagnostic">
    /// Null when the line is without fault; a <see cref="SdpOutcome.Warning"/> beside a usable candidate;
    /// <see cref="SdpOutcome.Ignored"/> when the line is well formed but not usable here (domain and mDNS names, unknown transports and types),
    /// <see cref="SdpOutcome.Error"/> when it is malformed.
    /// </param>
    /// <returns>Whether the candidate can be used.</returns>
    /// <remarks>RFC 8839 §5.1. A port of an active TCP candidate reads as 9 whatever it says (RFC 6544 §4.5).</remarks>
    public static bool TryParse(ReadOnlySpan<char> line, [NotNullWhen(true)] out IceCandidate? candidate, out SdpDiagnostic? diagnostic)
    {
        candidate = CandidateLine.Read(line, out diagnostic);
        return candidate is not null;
    }

    /// <summary>Reads a candidate; see <see cref="TryParse(ReadOnlySpan{char}, out IceCandidate?, out SdpDiagnostic?)"/>. False for null.</summary>
    public static bool TryParse([NotNullWhen(true)] string? line, [NotNullWhen(true)] out IceCandidate? candidate) =>
        TryParse(line.AsSpan(), out candidate, out _) && line is not null;

    /// <summary>The line "candidate:..." without "a=" and line end, as RFC 8839 §5.1 has it.</summary>
    /// <remarks>
    /// Reflexive and relayed candidates always carry raddr and rport; an unknown related address is written the way hidden ones are
    /// (0.0.0.0 or :: with port 9), and a host candidate's is left out.
    /// </remarks>
    /// <exception cref="InvalidOperationException">A member has a value that cannot be printed: a foundation with a space, priority 0, TCP without type.</exception>
    public string ToSdp()
    {
        var text = new StringBuilder(96);
        CandidateWriter.Append(text, this);
        return text.ToString();
    }

    /// <summary>Whether all members are equal; extensions are compared one by one, in order.</summary>
    public bool Equals(IceCandidate? other) =>
        other is not null && Foundation == other.Foundation && Component == other.Component && Transport == other.Transport &&
        TcpType == other.TcpType && Priority == other.Priority && Address == other.Address && Type == other.Type &&
        RelatedAddress == other.RelatedAddress && Mid == other.Mid && Ufrag == other.Ufrag && Rewrite == other.Rewrite && Extensions.SequenceEqual(other.Extensions);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Foundation, Component, Transport, Priority, Address, Type);
}
