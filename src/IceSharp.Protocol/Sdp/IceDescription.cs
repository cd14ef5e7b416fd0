using System.Diagnostics.CodeAnalysis;
using IceSharp.Protocol.Sdp;

namespace IceSharp;

/// <summary>What two agents tell each other in an offer or answer: credentials, options and candidates of each data stream (RFC 8839 §4).</summary>
/// <remarks>Immutable and thread safe. <see cref="ToString"/> hides the passwords; <c>ToSdp</c> is what goes to the peer.</remarks>
public sealed record IceDescription
{
    /// <summary>The data streams, one <c>m=</c> section each, in order.</summary>
    public required IReadOnlyList<IceStreamDescription> Streams { get; init; }

    /// <summary>Whether the agent is a lite implementation.</summary>
    public bool IsLite { get; init; }

    /// <summary>Proposed Ta in milliseconds (<c>a=ice-pacing</c>); null when not given, which means 50.</summary>
    public int? PacingMilliseconds { get; init; }

    /// <summary>Option tags (<c>a=ice-options</c>), for example "ice2" and "trickle": those at session level and those that every stream carries.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>Identification of the session in the <c>o=</c> line; the same in all descriptions of one agent's session.</summary>
    /// <value>The default is 0. Nothing is drawn at random here; RFC 8866 §5.2 wants it globally unique together with the rest of the line.</value>
    public ulong SessionId { get; init; }

    /// <summary>Version of the description in the <c>o=</c> line; grows by one with each change (RFC 3264 §8).</summary>
    /// <value>The default is 0.</value>
    public ulong SessionVersion { get; init; }

    /// <summary>Attribute lines of the session part that are not ICE's, without "a=", in order: <c>group:BUNDLE a v</c> for example.</summary>
    public IReadOnlyList<string> Attributes { get; init; } = [];

    /// <summary>Reads a description.</summary>
    /// <remarks>Bad lines are skipped in silence; <see cref="TryParse(string?, out IceDescription?, out IReadOnlyList{SdpDiagnostic})"/> tells about them.</remarks>
    /// <param name="sdp">The text; CR LF, LF and CR end lines.</param>
    /// <exception cref="ArgumentNullException"><paramref name="sdp"/> is null.</exception>
    /// <exception cref="FormatException">Nothing in the text can be used: no <c>m=</c> section, no stream with ice-ufrag and ice-pwd, credentials that contradict each other. The message says why, and in which lines.</exception>
    public static IceDescription Parse(string sdp)
    {
        ArgumentNullException.ThrowIfNull(sdp);
        IceDescription? description = DescriptionReader.Read(sdp, IceDescriptionKind.Unknown, out IReadOnlyList<SdpDiagnostic> diagnostics, out SdpDiagnostic? refusal);
        if (description is not null)
        {
            return description;
        }

        const int ShownErrors = 3;
        IEnumerable<SdpDiagnostic> errors = diagnostics.Where(d => d.Outcome == SdpOutcome.Error).Take(ShownErrors);
        throw new FormatException(string.Join("; ", errors.Select(d => d.ToString()).Prepend($"Not a usable ICE description: {refusal?.Message}")) + ".");
    }

    /// <summary>Reads a description of unknown kind; never throws.</summary>
    /// <param name="sdp">The text; CR LF, LF and CR end lines. Null is refused like an empty text.</param>
    /// <param name="description">The description when any of it can be used, else null.</param>
    /// <param name="diagnostics">What was wrong, with line numbers; empty when all was well. At most 1000 entries, passwords not among them.</param>
    /// <returns>Whether there is a description; when not, one diagnostic has the outcome <see cref="SdpOutcome.Refused"/>.</returns>
    public static bool TryParse(string? sdp, [NotNullWhen(true)] out IceDescription? description, out IReadOnlyList<SdpDiagnostic> diagnostics) =>
        TryParse(sdp, IceDescriptionKind.Unknown, out description, out diagnostics);

    /// <summary>Reads an offer or an answer; never throws.</summary>
    /// <remarks>
    /// A bad line is skipped and reported and loses nothing else. Per stream 1000 candidates are kept; a description has at most 1000 streams
    /// and 1048576 characters, a line 16384. A section without credentials stays in its place with <see cref="IceStreamDescription.SupportsIce"/> false.
    /// </remarks>
    /// <param name="sdp">The text; CR LF, LF and CR end lines. Null is refused like an empty text.</param>
    /// <param name="kind">Whether the text is an offer or an answer.</param>
    /// <param name="description">The description when any of it can be used, else null.</param>
    /// <param name="diagnostics">What was wrong, with line numbers; empty when all was well. At most 1000 entries, passwords not among them.</param>
    /// <returns>Whether there is a description; when not, one diagnostic has the outcome <see cref="SdpOutcome.Refused"/>.</returns>
    public static bool TryParse(string? sdp, IceDescriptionKind kind, [NotNullWhen(true)] out IceDescription? description, out IReadOnlyList<SdpDiagnostic> diagnostics)
    {
        description = DescriptionReader.Read(sdp, kind, out diagnostics, out _);
        return description is not null;
    }

    /// <summary>The description as SDP, lines ended by CR LF; it holds the passwords.</summary>
    /// <remarks>
    /// RFC 8839 §4.2. The option "ice2" is always written. The same description gives the same text: no clock and no random number is in it.
    /// A stream's <c>m=</c> and <c>c=</c> show its default destination, or the relayed, else server-reflexive, else host candidate of component 1, or 0.0.0.0 port 9;
    /// <c>a=rtcp</c> (RFC 3605) stands when component 2 exists.
    /// </remarks>
    /// <exception cref="InvalidOperationException">A member has a value that cannot be printed: a ufrag of 3 characters, a line end in an attribute, the same Mid twice.</exception>
    public string ToSdp() => DescriptionWriter.Write(this);

    /// <summary>Refuses a description that an agent cannot work with, for example one made by hand.</summary>
    /// <param name="streamCount">Number of data streams of the agent.</param>
    /// <param name="kind">Whether it is an offer or an answer; those may do without ICE, while a description of unknown kind needs it for one stream at least.</param>
    /// <exception cref="ArgumentException">It has another number of streams, or no stream has credentials, or one has credentials outside the grammar of RFC 8839 §5.4; the message names stream and reason, never a password.</exception>
    public void ThrowIfUnusable(int streamCount, IceDescriptionKind kind = IceDescriptionKind.Unknown)
    {
        if (Streams.Count != streamCount)
        {
            throw new ArgumentException($"The description has {Streams.Count} streams, this agent {streamCount}.");
        }

        bool mayBeWithoutIce = kind != IceDescriptionKind.Unknown || Streams.Any(s => s.SupportsIce || s.IsRejected || s.IsIceMismatch);
        foreach (IceStreamDescription stream in Streams)
        {
            string? reason = stream switch
            {
                { SupportsIce: false } when mayBeWithoutIce => null,
                { SupportsIce: false } => "is refused or has no ICE credentials",
                _ when !IceGrammar.IsUfrag(stream.Ufrag) => $"has the ufrag '{stream.Ufrag[..Math.Min(stream.Ufrag.Length, 40)]}', which is not 4 to 256 letters, digits, '+' or '/'",
                _ when !IceGrammar.IsPassword(stream.Password) => "has a password that is not 22 to 256 letters, digits, '+' or '/'",
                _ => null,
            };
            if (reason is not null)
            {
                throw new ArgumentException($"Stream '{stream.Mid}' {reason}.");
            }
        }
    }

    /// <summary>This description as the next one after another of the same session: the same session id, and a version greater by one if anything has changed (RFC 3264 §8).</summary>
    /// <param name="previous">The description of the same side that was signalled last.</param>
    /// <exception cref="ArgumentException"><paramref name="previous"/> has more streams: a stream that is not used any more keeps its place, with port 0.</exception>
    public IceDescription AsUpdateOf(IceDescription previous)
    {
        ArgumentNullException.ThrowIfNull(previous);
        if (Streams.Count < previous.Streams.Count)
        {
            throw new ArgumentException($"The description has {Streams.Count} streams, the one before {previous.Streams.Count}: streams are rejected, not left out.", nameof(previous));
        }

        IceDescription same = this with { SessionId = previous.SessionId, SessionVersion = previous.SessionVersion };
        return same.ToSdp() == previous.ToSdp() ? same : same with { SessionVersion = previous.SessionVersion + 1 };
    }

    /// <summary>The candidates as a fragment, for those who signal them between offer and answer (RFC 8840 §4.4): all that are known, in the order in which they were found.</summary>
    /// <remarks>The credentials stand in the sections, as <see cref="ToSdp"/> has them.</remarks>
    public IceFragment ToFragment() => new()
    {
        Streams =
        [
            .. Streams.Where(s => s.SupportsIce).Select(s => new IceStreamFragment
            {
                Mid = s.Mid,
                Ufrag = s.Ufrag,
                Password = s.Password,
                Candidates = s.Candidates,
                EndOfCandidates = s.EndOfCandidates,
                RtcpMux = s.RtcpMux,
                Media = s.Media,
            }),
        ],
    };

    /// <summary>Refuses a later description of the peer that changes what only an ICE restart may change (RFC 8839 §4.4.1.1.1).</summary>
    /// <param name="previous">The description of the peer that is in force.</param>
    /// <exception cref="ArgumentException">It has fewer streams, or without new credentials on any stream it changes ice-options, ice-pacing or ice-lite.</exception>
    public void ThrowIfNotUpdateOf(IceDescription previous)
    {
        ArgumentNullException.ThrowIfNull(previous);
        if (Streams.Count < previous.Streams.Count)
        {
            throw new ArgumentException($"The description has {Streams.Count} streams, the one before {previous.Streams.Count}: streams are rejected, not left out.");
        }

        bool restarts = Streams.Zip(previous.Streams).Any(pair => pair.First.SupportsIce && (pair.First.Ufrag != pair.Second.Ufrag || pair.First.Password != pair.Second.Password));
        string? changed =
            IsLite != previous.IsLite ? "ice-lite" :
            (PacingMilliseconds ?? 50) != (previous.PacingMilliseconds ?? 50) ? "ice-pacing" :
            !Options.ToHashSet().SetEquals(previous.Options) ? "ice-options" : null;
        if (!restarts && changed is not null)
        {
            throw new ArgumentException($"The description changes {changed}, which only an ICE restart may.");
        }
    }

    /// <summary>A summary without secrets.</summary>
    public override string ToString() => $"IceDescription({Streams.Count} streams, {Streams.Sum(s => s.Candidates.Count)} candidates)";
}
