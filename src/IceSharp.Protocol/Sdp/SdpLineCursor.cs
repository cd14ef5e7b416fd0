namespace IceSharp.Protocol.Sdp;

/// <summary>Walks the lines of a description; CR LF, LF and CR all end one, since pasted text has seen them all.</summary>
internal ref struct SdpLineCursor(ReadOnlySpan<char> text)
{
    private ReadOnlySpan<char> _rest = text;

    /// <summary>Number of the current line, from 1.</summary>
    public int Number { get; private set; }

    public bool TryNext(out ReadOnlySpan<char> line)
    {
        if (_rest.IsEmpty)
        {
            line = default;
            return false;
        }

        Number++;
        int end = _rest.IndexOfAny('\r', '\n');
        if (end < 0)
        {
            line = _rest;
            _rest = default;
            return true;
        }

        line = _rest[..end];
        bool isPair = _rest[end..].StartsWith("\r\n", StringComparison.Ordinal);
        _rest = _rest[(end + (isPair ? 2 : 1))..];
        return true;
    }
}
