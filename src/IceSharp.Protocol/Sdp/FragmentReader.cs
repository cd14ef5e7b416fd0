namespace IceSharp.Protocol.Sdp;

/// <summary>Reads the body of <c>application/trickle-ice-sdpfrag</c> (RFC 8840 §9): a subset of a description, its sections named by their mid.</summary>
internal static class FragmentReader
{
    public static IceFragment? Read(ReadOnlySpan<char> text, out IReadOnlyList<SdpDiagnostic> diagnostics)
    {
        var log = new DiagnosticLog();
        var reader = new SdpSectionReader(log, IceDescriptionKind.Unknown, isFragment: true);
        IceFragment? fragment = reader.Read(text) ? Build(log, reader) : null;
        diagnostics = log.Entries;
        return log.Refusal is null ? fragment : null;
    }

    private static IceFragment Build(DiagnosticLog log, SdpSectionReader reader)
    {
        var streams = new List<IceStreamFragment>(reader.Sections.Count);
        var mids = new HashSet<string>(StringComparer.Ordinal);
        foreach (SdpSection section in reader.Sections)
        {
            log.Line = section.Line;
            if (section.Mid is null || !mids.Add(section.Mid))
            {
                log.Error(section.Mid is null ? SdpReason.Mid : SdpReason.RepeatedMid, "a pseudo m= line without a mid of its own: nobody knows whose its candidates are");
            }
            else if (Build(log, reader.Session, section) is { } stream)
            {
                streams.Add(stream);
            }
        }

        log.Line = 0;
        bool sessionNamesGeneration = HasCredentials(reader.Session.Ufrag, reader.Session.Password);
        if (streams.Count == 0 && !sessionNamesGeneration)
        {
            log.Refuse(SdpReason.NoCredentials, "the fragment names no generation: ice-ufrag and ice-pwd are missing");
        }

        return new IceFragment
        {
            Streams = streams.ToArray(),
            Ufrag = sessionNamesGeneration ? reader.Session.Ufrag : null,
            Password = sessionNamesGeneration ? reader.Session.Password : null,
            EndOfCandidates = reader.Session.EndOfCandidates && sessionNamesGeneration,
        };
    }

    private static IceStreamFragment? Build(DiagnosticLog log, SdpSection session, SdpSection section)
    {
        string? ufrag = section.Ufrag ?? session.Ufrag, password = section.Password ?? session.Password;
        if (!HasCredentials(ufrag, password))
        {
            log.Error(SdpReason.NoCredentials, $"section {IceGrammar.Quote(section.Mid)} has no {(string.IsNullOrEmpty(ufrag) ? "ice-ufrag" : "ice-pwd")}");
            return null;
        }

        return new IceStreamFragment
        {
            Mid = section.Mid!,
            Ufrag = ufrag!,
            Password = password!,
            Media = section.Port == 0 ? SdpMedia.Audio : section.Media,
            RtcpMux = section.RtcpMux,
            EndOfCandidates = section.EndOfCandidates || session.EndOfCandidates,
            Candidates = DescriptionBuilder.CandidatesOf(log, section, ufrag!),
        };
    }

    private static bool HasCredentials(string? ufrag, string? password) => !string.IsNullOrEmpty(ufrag) && !string.IsNullOrEmpty(password);
}
