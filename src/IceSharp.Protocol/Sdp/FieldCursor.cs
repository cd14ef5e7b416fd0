namespace IceSharp.Protocol.Sdp;

/// <summary>Walks fields that are separated by exactly one space; two spaces in a row show as an empty field.</summary>
internal ref struct FieldCursor(ReadOnlySpan<char> text)
{
    private ReadOnlySpan<char> _rest = text;

    /// <summary>Whether the last field has been read.</summary>
    public bool AtEnd { get; private set; }

    /// <summary>What has not been read yet.</summary>
    public readonly ReadOnlySpan<char> Rest => _rest;

    public bool TryNext(out ReadOnlySpan<char> field)
    {
        if (AtEnd)
        {
            field = default;
            return false;
        }

        int space = _rest.IndexOf(' ');
        AtEnd = space < 0;
        field = AtEnd ? _rest : _rest[..space];
        _rest = AtEnd ? default : _rest[(space + 1)..];
        return true;
    }

    /// <summary>The next field without moving; empty at the end.</summary>
    public readonly ReadOnlySpan<char> Peek()
    {
        FieldCursor ahead = this;
        return ahead.TryNext(out ReadOnlySpan<char> field) ? field : default;
    }
}
