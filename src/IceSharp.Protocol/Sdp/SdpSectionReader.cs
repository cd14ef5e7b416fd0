using System.Globalization;

namespace IceSharp.Protocol.Sdp;

/// <summary>Sorts the lines of a description or a fragment into its session part and its sections; a bad line is reported and loses nothing but itself.</summary>
internal sealed class SdpSectionReader
{
    private readonly DiagnosticLog _log;
    private readonly SdpAttributeReader _attributes;
    private readonly bool _isFragment;
    private SdpSection _current;

    public SdpSectionReader(DiagnosticLog log, IceDescriptionKind kind, bool isFragment)
    {
        _log = log;
        _isFragment = isFragment;
        _attributes = new SdpAttributeReader(log, kind);
        _current = Session;
    }

    public SdpSection Session { get; } = new(isMedia: false, line: 0);

    public List<SdpSection> Sections { get; } = [];

    /// <summary>Reads all lines. False when the text is too long to be looked at.</summary>
    public bool Read(ReadOnlySpan<char> text)
    {
        if (text.Length > SdpLimits.Characters)
        {
            _log.Refuse(SdpReason.TooLong, "the description is longer than 1048576 characters");
            return false;
        }

        const char ByteOrderMark = '\uFEFF';
        var lines = new SdpLineCursor(text.TrimStart(ByteOrderMark));
        bool isFirst = !_isFragment;
        while (lines.TryNext(out ReadOnlySpan<char> line))
        {
            if (line.IsWhiteSpace())
            {
                continue;
            }

            _log.Line = lines.Number;
            if (isFirst && !line.SequenceEqual("v=0"))
            {
                _log.Warn(SdpReason.Version, "the description does not begin with 'v=0'");
            }

            isFirst = false;
            ReadLine(line);
        }

        _log.Line = 0;
        return true;
    }

    private void ReadLine(ReadOnlySpan<char> line)
    {
        if (line.Length > SdpLimits.LineCharacters)
        {
            _log.Error(SdpReason.TooLong, "the line is longer than 16384 characters");
            return;
        }

        if (!IceGrammar.IsLineText(line))
        {
            _log.Error(SdpReason.InvalidCharacter, "a control character in the line");
            return;
        }

        bool isSdp = line is [>= 'a' and <= 'z', '=', ..] && !line.SequenceEqual("a=");
        if (!isSdp)
        {
            _log.Error(SdpReason.NotAnSdpLine, $"{Shown(line)} is not of the form 'letter=value'");
            return;
        }

        ReadOnlySpan<char> value = line[2..];
        switch (line[0])
        {
            case 'm':
                ReadMedia(value);
                break;
            case 'c':
                ReadConnection(value);
                break;
            case 'a':
                _attributes.Read(value, _current);
                break;
            case 'b':
                if (!value.IsEmpty && IceGrammar.IsLineText(value))
                {
                    _current.Bandwidths.Add(value.ToString());
                }

                break;
            case 'o':
                ReadOrigin(value);
                break;
            default:
                break; // names, times: nothing that ICE asks for
        }
    }

    // A line that lost its beginning can be anything, a password too: only its first characters are shown.
    private static string Shown(ReadOnlySpan<char> line) => IceGrammar.Quote(line[..Math.Min(line.Length, 4)]);

    private void ReadMedia(ReadOnlySpan<char> value)
    {
        _current = new SdpSection(isMedia: true, _log.Line);
        if (Sections.Count >= SdpLimits.Streams)
        {
            _log.Ignore(SdpReason.LimitReached, "a description has at most 1000 sections; this one is skipped");
            return;
        }

        Sections.Add(_current);
        var fields = new FieldCursor(value);
        if (!fields.TryNext(out ReadOnlySpan<char> kind) || !IceGrammar.IsToken(kind) ||
            !fields.TryNext(out ReadOnlySpan<char> port) || !TryMediaPort(port, out ushort number) ||
            !fields.TryNext(out ReadOnlySpan<char> protocol) || protocol.IsEmpty || !IceGrammar.IsVisible(protocol) ||
            fields.Rest.IsWhiteSpace() || fields.Rest.ContainsAnyExceptInRange(' ', '~'))
        {
            if (_isFragment)
            {
                return; // RFC 8840 §4.4: what a pseudo m= line says is of no interest
            }

            _log.Error(SdpReason.MediaLine, $"m-line {IceGrammar.Quote(value)} is not 'media port protocol formats'; the section counts as rejected");
            _current.IsMalformed = true;
            return;
        }

        _current.Port = number;
        _current.Media = new SdpMedia(kind.ToString(), protocol.ToString(), fields.Rest.ToString());
    }

    private static bool TryMediaPort(ReadOnlySpan<char> field, out ushort port)
    {
        int slash = field.IndexOf('/');
        return IceGrammar.TryPort(slash < 0 ? field : field[..slash], out port);
    }

    private void ReadConnection(ReadOnlySpan<char> value)
    {
        SdpConnection? connection = SdpConnection.Read(value);
        if (connection is null)
        {
            _log.Error(SdpReason.ConnectionLine, $"connection {IceGrammar.Quote(value)} is not 'IN IP4 address' or 'IN IP6 address'");
        }

        _current.Connection ??= connection;
    }

    private void ReadOrigin(ReadOnlySpan<char> value)
    {
        var fields = new FieldCursor(value);
        if (_current != Session || !fields.TryNext(out _) ||
            !fields.TryNext(out ReadOnlySpan<char> id) || !ulong.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out ulong sessionId) ||
            !fields.TryNext(out ReadOnlySpan<char> version) || !ulong.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out ulong sessionVersion))
        {
            _log.Error(SdpReason.Origin, "the origin is not 'name id version IN IP4 address' with two numbers, or stands in a section");
            return;
        }

        Session.SessionId = sessionId;
        Session.SessionVersion = sessionVersion;
    }
}
