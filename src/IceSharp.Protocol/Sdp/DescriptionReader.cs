using System.Globalization;

namespace IceSharp.Protocol.Sdp;

/// <summary>Reads a whole description line by line; a bad line is reported and loses nothing but itself.</summary>
internal sealed class DescriptionReader
{
    private readonly DiagnosticLog _log = new();
    private readonly List<SdpSection> _sections = [];
    private readonly SdpSection _session = new(isMedia: false, line: 0);
    private readonly SdpAttributeReader _attributes;
    private SdpSection _current;

    private DescriptionReader(IceDescriptionKind kind)
    {
        _attributes = new SdpAttributeReader(_log, kind);
        _current = _session;
    }

    public static IceDescription? Read(ReadOnlySpan<char> text, IceDescriptionKind kind, out IReadOnlyList<SdpDiagnostic> diagnostics, out SdpDiagnostic? refusal)
    {
        var reader = new DescriptionReader(kind);
        IceDescription? description = reader.Read(text);
        refusal = reader._log.Refusal;
        diagnostics = reader._log.Entries;
        return refusal is null ? description : null;
    }

    private IceDescription? Read(ReadOnlySpan<char> text)
    {
        if (text.Length > SdpLimits.Characters)
        {
            _log.Refuse(SdpReason.TooLong, "the description is longer than 1048576 characters");
            return null;
        }

        const char ByteOrderMark = '\uFEFF';
        var lines = new SdpLineCursor(text.TrimStart(ByteOrderMark));
        bool isFirst = true;
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
        return new DescriptionBuilder(_log, _session, _sections).Build();
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
            case 'o':
                ReadOrigin(value);
                break;
            default:
                break; // names, times, bandwidths: nothing that ICE asks for
        }
    }

    // A line that lost its beginning can be anything, a password too: only its first characters are shown.
    private static string Shown(ReadOnlySpan<char> line) => IceGrammar.Quote(line[..Math.Min(line.Length, 4)]);

    private void ReadMedia(ReadOnlySpan<char> value)
    {
        _current = new SdpSection(isMedia: true, _log.Line);
        if (_sections.Count >= SdpLimits.Streams)
        {
            _log.Ignore(SdpReason.LimitReached, "a description has at most 1000 sections; this one is skipped");
            return;
        }

        _sections.Add(_current);
        var fields = new FieldCursor(value);
        if (!fields.TryNext(out ReadOnlySpan<char> kind) || !IceGrammar.IsToken(kind) ||
            !fields.TryNext(out ReadOnlySpan<char> port) || !TryMediaPort(port, out ushort number) ||
            !fields.TryNext(out ReadOnlySpan<char> protocol) || protocol.IsEmpty || !IceGrammar.IsVisible(protocol) ||
            fields.Rest.IsWhiteSpace() || fields.Rest.ContainsAnyExceptInRange(' ', '~'))
        {
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
        if (_current != _session || !fields.TryNext(out _) ||
            !fields.TryNext(out ReadOnlySpan<char> id) || !ulong.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out ulong sessionId) ||
            !fields.TryNext(out ReadOnlySpan<char> version) || !ulong.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out ulong sessionVersion))
        {
            _log.Error(SdpReason.Origin, "the origin is not 'name id version IN IP4 address' with two numbers, or stands in a section");
            return;
        }

        _session.SessionId = sessionId;
        _session.SessionVersion = sessionVersion;
    }
}
