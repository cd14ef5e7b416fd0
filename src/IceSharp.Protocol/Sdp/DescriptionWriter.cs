using System.Globalization;
using System.Text;

namespace IceSharp.Protocol.Sdp;

/// <summary>Prints a whole description (RFC 8839 §4.2, RFC 8866); refuses what could not be read back.</summary>
internal sealed class DescriptionWriter
{
    private const string Ice2 = "ice2";

    private static readonly TransportAddress NoDestination = new(IpAddress.FromIPv4(0), CandidateWriter.DiscardPort);

    private readonly StringBuilder _text = new(1024);
    private readonly HashSet<string> _mids = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _passwords = new(StringComparer.Ordinal);

    public static string Write(IceDescription description)
    {
        var writer = new DescriptionWriter();
        // A description without ICE shows nothing of it (RFC 8839 §4.3.2).
        bool usesIce = description.Streams.Any(s => s.Ufrag.Length > 0 || s.Password.Length > 0 || s.IsIceMismatch || s.IsRejected) || description.Streams.Count == 0;
        string[] options = usesIce ? [Ice2, .. description.Options.Where(tag => tag != Ice2)] : [];
        writer.WriteSession(description, options);
        foreach (IceStreamDescription stream in description.Streams)
        {
            writer.WriteStream(stream, options);
        }

        return writer._text.ToString();
    }

    /// <summary>Refuses what an m= line cannot say.</summary>
    public static void RequirePrintable(SdpMedia media)
    {
        Require(IceGrammar.IsToken(media.Kind), "SdpMedia.Kind", media.Kind);
        Require(media.Protocol.Length > 0 && IceGrammar.IsVisible(media.Protocol), "SdpMedia.Protocol", media.Protocol);
        Require(media.Formats.Length > 0 && !media.Formats.AsSpan().ContainsAnyExceptInRange(' ', '~'), "SdpMedia.Formats", media.Formats);
    }

    private void WriteSession(IceDescription description, string[] options)
    {
        Line($"v=0");
        Line($"o=- {description.SessionId} {description.SessionVersion} IN IP4 0.0.0.0");
        Line($"s=-");
        Line($"t=0 0");
        WriteAttributes(description.Attributes, "IceDescription.Attributes");
        if (description.IsLite)
        {
            Line($"a=ice-lite");
        }

        WriteOptions(options);

        // RFC 8839 §4.3.1: a lite agent does not pace and must not say so.
        if (options.Length > 0 && description is { IsLite: false, PacingMilliseconds: { } pacing })
        {
            Require(pacing >= 0, "IceDescription.PacingMilliseconds", pacing.ToString(CultureInfo.InvariantCulture));
            Line($"a=ice-pacing:{pacing}");
        }
    }

    private void WriteStream(IceStreamDescription stream, string[] sessionOptions)
    {
        Require(IceGrammar.IsToken(stream.Mid) && _mids.Add(stream.Mid), "IceStreamDescription.Mid", stream.Mid);
        TransportAddress destination = stream.IsRejected
            ? NoDestination with { Port = 0 }
            : stream.DefaultDestination ?? DefaultCandidate.Choose(stream.Candidates, component: 1) ?? NoDestination;
        WriteMedia(stream.Media, destination.Port);
        Line($"c={SdpConnection.Format(destination.Address)}");
        foreach (string bandwidth in stream.Media.Bandwidths)
        {
            Require(bandwidth.Length > 0 && IceGrammar.IsLineText(bandwidth), "SdpMedia.Bandwidths", IceGrammar.Quote(bandwidth));
            Line($"b={bandwidth}");
        }

        if (!stream.IsRejected && (stream.RtcpDestination ?? DefaultCandidate.Choose(stream.Candidates, component: 2)) is { } rtcp)
        {
            Line($"a=rtcp:{rtcp.Port} {SdpConnection.Format(rtcp.Address)}");
        }

        Line($"a=mid:{stream.Mid}");

        // RFC 8839 §4.4.1.1.2: a stream that is not used lists no candidates and no other ICE attribute.
        if (!stream.IsRejected)
        {
            WriteIce(stream, sessionOptions);
        }

        if (stream.RtcpMux)
        {
            Line($"a=rtcp-mux");
        }

        WriteAttributes(stream.Media.Attributes, "SdpMedia.Attributes");
    }

    private void WriteMedia(SdpMedia media, ushort port)
    {
        RequirePrintable(media);
        Line($"m={media.Kind} {port} {media.Protocol} {media.Formats}");
    }

    private void WriteIce(IceStreamDescription stream, string[] sessionOptions)
    {
        if (stream.IsIceMismatch)
        {
            Line($"a=ice-mismatch");
        }

        if (stream.Ufrag.Length == 0 && stream.Password.Length == 0)
        {
            return;
        }

        Require(IceGrammar.IsUfrag(stream.Ufrag), "IceStreamDescription.Ufrag", stream.Ufrag);
        Require(IceGrammar.IsPassword(stream.Password), "IceStreamDescription.Password", "(not shown)");
        bool isConsistent = _passwords.TryAdd(stream.Ufrag, stream.Password) || _passwords[stream.Ufrag] == stream.Password;
        Require(isConsistent, "IceStreamDescription.Ufrag", $"{stream.Ufrag}, shared by streams with different passwords,");
        Line($"a=ice-ufrag:{stream.Ufrag}");
        Line($"a=ice-pwd:{stream.Password}");
        WriteOptions(stream.Options.Except(sessionOptions, StringComparer.Ordinal).ToArray());

        // RFC 8839 §4.2.5: an answer with ice-mismatch omits the candidates.
        foreach (IceCandidate candidate in stream.IsIceMismatch ? [] : stream.Candidates)
        {
            _text.Append("a=");
            CandidateWriter.Append(_text, candidate);
            _text.Append("\r\n");
        }

        if (stream.EndOfCandidates)
        {
            Line($"a=end-of-candidates");
        }

        if (stream.RemoteCandidates.Count > 0)
        {
            IEnumerable<string> entries = stream.RemoteCandidates.Select(c =>
                string.Create(CultureInfo.InvariantCulture, $"{c.Component} {c.Address.Address} {c.Address.Port}"));
            Line($"a=remote-candidates:{string.Join(' ', entries)}");
        }
    }

    private void WriteOptions(string[] options)
    {
        foreach (string tag in options)
        {
            Require(IceGrammar.IsOptionTag(tag), "Options", tag);
        }

        if (options.Length > 0)
        {
            Line($"a=ice-options:{string.Join(' ', options)}");
        }
    }

    private void WriteAttributes(IReadOnlyList<string> attributes, string member)
    {
        foreach (string attribute in attributes)
        {
            // ICE's own attributes are printed from their members; a second source could contradict them.
            bool fits = attribute.Length > 0 && IceGrammar.IsLineText(attribute) && !SdpAttributeReader.IsOwn(attribute);
            Require(fits, member, IceGrammar.Quote(attribute));
            Line($"a={attribute}");
        }
    }

    private void Line(FormattableString line) => _text.Append(line.ToString(CultureInfo.InvariantCulture)).Append("\r\n");

    private static void Require(bool condition, string member, string value)
    {
        if (!condition)
        {
            throw new InvalidOperationException($"{member} {value} cannot be printed as SDP.");
        }
    }
}
