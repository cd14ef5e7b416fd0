using System.Diagnostics.CodeAnalysis;
using IceSharp.Protocol.Sdp;

namespace IceSharp;

/// <summary>Candidates on their way between offer and answer: the body of <c>application/trickle-ice-sdpfrag</c>, as SIP INFO and WHIP carry it (RFC 8840 §9).</summary>
/// <remarks>
/// Immutable and thread safe. A fragment repeats every candidate of its generation that was sent before, in the same order, so that lost and
/// overtaken ones do no harm. <see cref="ToString"/> hides the passwords.
/// <example><code>
/// string body = agent.LocalDescription.ToFragment().ToSdp();          // here
/// if (IceFragment.TryParse(body, out IceFragment? fragment, out _))   // there
/// {
///     agent.AddRemoteFragment(fragment);
/// }
/// </code></example>
/// </remarks>
public sealed record IceFragment
{
    /// <summary>The media type of such a body.</summary>
    public const string MediaType = "application/trickle-ice-sdpfrag";

    /// <summary>The streams that the fragment has something to say about, in any order.</summary>
    public required IReadOnlyList<IceStreamFragment> Streams { get; init; }

    /// <summary>Username fragment at session level; null when the credentials stand in the sections. They stand where the offer or answer has them.</summary>
    public string? Ufrag { get; init; }

    /// <summary>Password at session level; null when the credentials stand in the sections.</summary>
    public string? Password { get; init; }

    /// <summary>Whether no stream of the session will name further candidates, those included that <see cref="Streams"/> leaves out.</summary>
    public bool EndOfCandidates { get; init; }

    /// <summary>Reads a fragment; never throws.</summary>
    /// <remarks>A bad line is skipped and reported and loses nothing else. What a pseudo m= line says is ignored, and so are unknown attributes.</remarks>
    /// <param name="text">The body; CR LF, LF and CR end lines. Null is refused like an empty text.</param>
    /// <param name="fragment">The fragment when any of it can be used, else null.</param>
    /// <param name="diagnostics">What was wrong, with line numbers; empty when all was well.</param>
    /// <returns>Whether there is a fragment; when not, one diagnostic has the outcome <see cref="SdpOutcome.Refused"/>.</returns>
    public static bool TryParse(string? text, [NotNullWhen(true)] out IceFragment? fragment, out IReadOnlyList<SdpDiagnostic> diagnostics)
    {
        fragment = FragmentReader.Read(text, out diagnostics);
        return fragment is not null;
    }

    /// <summary>The body, lines ended by CR LF; it holds the passwords.</summary>
    /// <exception cref="InvalidOperationException">A member has a value that cannot be printed, or the fragment names no generation.</exception>
    public string ToSdp() => FragmentWriter.Write(this);

    /// <summary>A summary without secrets.</summary>
    public override string ToString() => $"IceFragment({Streams.Count} streams, {Streams.Sum(s => s.Candidates.Count)} candidates)";
}
