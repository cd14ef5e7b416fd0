using System.Globalization;

namespace IceSharp.Protocol.Sdp;

/// <summary>Makes a description of the sections that were read: media level over session level, streams checked against each other.</summary>
internal sealed class DescriptionBuilder(DiagnosticLog log, SdpSection session, List<SdpSection> sections, IceDescriptionKind kind)
{
    private readonly HashSet<string> _mids = new(StringComparer.Ordinal);

    public IceDescription? Build()
    {
        if (sections.Count == 0)
        {
            log.Refuse(SdpReason.NoMediaSection, "the description has no m= section");
            return null;
        }

        AssignMids();
        var streams = new List<IceStreamDescription>(sections.Count);
        foreach (SdpSection section in sections)
        {
            streams.Add(BuildStream(section));
        }

        log.Line = 0;
        RefuseUnusable(streams);
        RefuseSharedUfrags(streams);
        return new IceDescription
        {
            Streams = streams.ToArray(),
            IsLite = session.IsLite,
            PacingMilliseconds = session.Pacing,
            Options = CommonOptions(streams),
            SessionId = session.SessionId,
            SessionVersion = session.SessionVersion,
            Attributes = session.Attributes.ToArray(),
        };
    }

    /// <summary>The candidates of a section that belong to its generation, or do not say which they belong to.</summary>
    public static IceCandidate[] CandidatesOf(DiagnosticLog log, SdpSection section, string ufrag)
    {
        var candidates = new List<IceCandidate>(section.Candidates.Count);
        foreach ((IceCandidate candidate, int line) in section.Candidates)
        {
            if (candidate.Ufrag is null || candidate.Ufrag == ufrag)
            {
                candidates.Add(candidate with { Mid = section.Mid, Ufrag = ufrag });
                continue;
            }

            log.Line = line;
            log.Ignore(SdpReason.OtherGeneration, $"the candidate belongs to ufrag {IceGrammar.Quote(candidate.Ufrag)}, not to the section's");
        }

        return candidates.ToArray();
    }

    // Sections without a=mid, or with one that is taken, get a name of their own that no other section has.
    private void AssignMids()
    {
        foreach (SdpSection section in sections)
        {
            if (section.Mid is not null && !_mids.Add(section.Mid))
            {
                log.Line = section.Line;
                log.Error(SdpReason.RepeatedMid, $"mid {IceGrammar.Quote(section.Mid)} names two sections; this one gets another");
                section.Mid = null;
            }
        }

        for (int i = 0; i < sections.Count; i++)
        {
            string name = i.ToString(CultureInfo.InvariantCulture);
            while (sections[i].Mid is null)
            {
                sections[i].Mid = _mids.Add(name) ? name : null;
                name += "_";
            }
        }
    }

    // An offer or answer may do without ICE, and then plain offer and answer apply; a description of unknown kind without credentials is of no use.
    private void RefuseUnusable(List<IceStreamDescription> streams)
    {
        if (sections.TrueForAll(s => s.IsMalformed))
        {
            log.Refuse(SdpReason.MediaLine, "no m= line of the description can be read");
        }
        else if (kind == IceDescriptionKind.Unknown && !streams.Exists(s => s.SupportsIce || s.IsIceMismatch) && sections.Exists(s => s.Port != 0))
        {
            log.Refuse(SdpReason.NoCredentials, "no data stream has both ice-ufrag and ice-pwd");
        }
    }

    private IceStreamDescription BuildStream(SdpSection section)
    {
        log.Line = section.Line;
        string ufrag = section.Ufrag ?? session.Ufrag ?? "", password = section.Password ?? session.Password ?? "";
        bool isRejected = section.Port == 0;
        if (!isRejected && !section.IsIceMismatch && (ufrag.Length == 0 || password.Length == 0))
        {
            log.Error(SdpReason.NoCredentials, $"section {IceGrammar.Quote(section.Mid)} has no {(ufrag.Length == 0 ? "ice-ufrag" : "ice-pwd")}");
        }

        SdpConnection? connection = section.Connection ?? session.Connection;
        if (!isRejected && connection is null)
        {
            log.Error(SdpReason.ConnectionLine, $"section {IceGrammar.Quote(section.Mid)} has no c= line");
        }

        bool usesIce = !isRejected && ufrag.Length > 0 && password.Length > 0;
        SdpConnection? rtcp = section.RtcpConnection ?? connection;
        return new IceStreamDescription
        {
            Mid = section.Mid!,
            Ufrag = usesIce ? ufrag : "",
            Password = usesIce ? password : "",
            Candidates = usesIce ? CandidatesOf(log, section, ufrag) : [],
            EndOfCandidates = usesIce && (section.EndOfCandidates || session.EndOfCandidates),
            RtcpMux = section.RtcpMux,
            IsRejected = isRejected,
            IsIceMismatch = section.IsIceMismatch,
            Options = session.Options.Union(section.Options, StringComparer.Ordinal).ToArray(),
            RemoteCandidates = section.RemoteCandidates.ToArray(),
            DefaultDestination = isRejected ? null : connection?.At(section.Port),
            RtcpDestination = !isRejected && section.RtcpPort is { } port ? rtcp?.At(port) : null,
            Media = section.Media with { Attributes = section.Attributes.ToArray(), Bandwidths = section.Bandwidths.ToArray() },
        };
    }

    // RFC 8839 §5.4: equal fragments with different passwords could not be told apart on the wire.
    private void RefuseSharedUfrags(List<IceStreamDescription> streams)
    {
        var passwords = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (IceStreamDescription stream in streams)
        {
            if (stream.SupportsIce && !passwords.TryAdd(stream.Ufrag, stream.Password) && passwords[stream.Ufrag] != stream.Password)
            {
                log.Refuse(SdpReason.CredentialConflict, $"two data streams have the ufrag {IceGrammar.Quote(stream.Ufrag)} with different passwords");
                return;
            }
        }
    }

    // A tag that every stream carries is the description's, wherever it stood.
    private string[] CommonOptions(List<IceStreamDescription> streams)
    {
        IEnumerable<string> common = session.Options;
        IceStreamDescription[] active = streams.Where(s => s.SupportsIce).ToArray();
        if (active.Length > 0)
        {
            common = common.Union(active[0].Options.Where(tag => Array.TrueForAll(active, s => s.Options.Contains(tag))), StringComparer.Ordinal);
        }

        return common.ToArray();
    }
}
