namespace IceSharp.Protocol.Sdp;

/// <summary>Reads the fields of one candidate (RFC 8839 §5.1, RFC 6544 §4.5).</summary>
/// <remarks>The grammar is judged first and in full; whether the candidate can be used is asked only of a well-formed line.</remarks>
internal ref struct CandidateReader(ReadOnlySpan<char> value)
{
    private readonly List<IceCandidateExtension> _extensions = [];
    private FieldCursor _fields = new(value);
    private SdpDiagnostic? _error;
    private CandidateFindings _findings;

    public IceCandidate? Read(out SdpDiagnostic? diagnostic)
    {
        IceCandidate? candidate = ReadFields();
        diagnostic = _error ?? _findings.Worst;
        return diagnostic is { Outcome: not SdpOutcome.Warning } ? null : candidate;
    }

    private IceCandidate? ReadFields()
    {
        if (!TryNext("foundation", out ReadOnlySpan<char> foundation) ||
            !Require(IceGrammar.IsFoundation(foundation), SdpReason.Foundation, "foundation", foundation, "1 to 32 letters, digits, '+' or '/'") ||
            !TryNext("component", out ReadOnlySpan<char> field) ||
            !Require(IceGrammar.TryComponent(field, out int component), SdpReason.Component, "component", field, "a number from 1 to 256") ||
            !TryNext("transport", out ReadOnlySpan<char> transport) ||
            !Require(IceGrammar.IsToken(transport), SdpReason.Transport, "transport", transport, "a token") ||
            !TryNext("priority", out field) ||
            !Require(IceGrammar.TryNumber(field, 10, out long priority) && priority is >= 1 and <= int.MaxValue, SdpReason.Priority, "priority", field, "a number from 1 to 2147483647") ||
            !TryReadAddress(out ReadOnlySpan<char> host, out SdpAddressKind kind, out IpAddress ip) ||
            !TryNext("port", out field) ||
            !Require(IceGrammar.TryPort(field, out ushort port), SdpReason.Port, "port", field, "a number from 0 to 65535") ||
            !TryNext("'typ'", out field) ||
            !Require(IceGrammar.EqualsLiteral(field, "typ"), SdpReason.CandidateType, "field", field, "the word 'typ'") ||
            !TryNext("candidate type", out ReadOnlySpan<char> type) ||
            !Require(IceGrammar.IsToken(type), SdpReason.CandidateType, "candidate type", type, "a token") ||
            !TryReadRelated(out TransportAddress? related) ||
            !TryReadExtensions())
        {
            return null;
        }

        var candidate = new IceCandidate
        {
            Foundation = foundation.ToString(),
            Component = component,
            Transport = _findings.Transport(transport),
            Priority = (uint)priority,
            Address = new TransportAddress(ip, port),
            Type = _findings.Type(type),
            RelatedAddress = related,
            Ufrag = FindUfrag(),
        };
        candidate = _findings.Judge(candidate, kind, host, _extensions);
        return _extensions.Count == 0 ? candidate : candidate with { Extensions = _extensions.ToArray() };
    }

    private bool TryReadAddress(out ReadOnlySpan<char> host, out SdpAddressKind kind, out IpAddress ip)
    {
        kind = SdpAddressKind.Malformed;
        ip = default;
        if (!TryNext("address", out host))
        {
            return false;
        }

        kind = SdpAddressReader.Read(host, out ip);
        return Require(kind != SdpAddressKind.Malformed, SdpReason.Address, "address", host, "an IPv4 or IPv6 address without brackets and zone");
    }

    private bool TryReadRelated(out TransportAddress? related)
    {
        related = null;
        IpAddress ip = default;
        ushort port = 0;
        SdpAddressKind kind = SdpAddressKind.Malformed;
        bool hasAddress = TrySkip("raddr");
        if (hasAddress)
        {
            if (!TryNext("related address", out ReadOnlySpan<char> host))
            {
                return false;
            }

            kind = SdpAddressReader.Read(host, out ip);
            if (!Require(kind != SdpAddressKind.Malformed, SdpReason.RelatedAddress, "related address", host, "an IPv4 or IPv6 address"))
            {
                return false;
            }
        }

        bool hasPort = TrySkip("rport");
        if (hasPort &&
            (!TryNext("related port", out ReadOnlySpan<char> field) ||
            !Require(IceGrammar.TryPort(field, out port), SdpReason.RelatedPort, "related port", field, "a number from 0 to 65535")))
        {
            return false;
        }

        // The related address informs and is not used: half of one, or a name, is as good as none.
        if (hasPort && kind == SdpAddressKind.Ip)
        {
            related = new TransportAddress(ip, port);
        }

        return true;
    }

    private bool TryReadExtensions()
    {
        while (_fields.TryNext(out ReadOnlySpan<char> name))
        {
            if (name.IsEmpty && _fields.AtEnd)
            {
                _findings.Warn(SdpReason.TrailingSpace, "a space at the end of the line");
                return true;
            }

            if (!Require(IceGrammar.IsToken(name), SdpReason.Extension, "extension name", name, "a token") ||
                !Require(!_fields.AtEnd, SdpReason.Extension, "extension", name, "followed by a value"))
            {
                return false;
            }

            _ = _fields.TryNext(out ReadOnlySpan<char> extension);
            if (!Require(!extension.IsEmpty || _fields.AtEnd, SdpReason.EmptyField, "extension", name, "followed by a value and one space"))
            {
                return false;
            }

            _extensions.Add(new IceCandidateExtension(name.ToString(), extension.ToString()));
        }

        return true;
    }

    private readonly string? FindUfrag()
    {
        foreach (IceCandidateExtension extension in _extensions)
        {
            if (IceGrammar.EqualsLiteral(extension.Name, "ufrag") && extension.Value.Length > 0)
            {
                return extension.Value;
            }
        }

        return null;
    }

    private bool TrySkip(string literal) => IceGrammar.EqualsLiteral(_fields.Peek(), literal) && _fields.TryNext(out _);

    private bool TryNext(string what, out ReadOnlySpan<char> field)
    {
        if (!_fields.TryNext(out field))
        {
            _error = new SdpDiagnostic(SdpOutcome.Error, SdpReason.MissingField, $"the {what} is missing");
        }
        else if (field.IsEmpty)
        {
            _error = new SdpDiagnostic(SdpOutcome.Error, SdpReason.EmptyField, $"the {what} is empty: exactly one space separates two fields");
        }

        return _error is null;
    }

    private bool Require(bool condition, SdpReason reason, string what, scoped ReadOnlySpan<char> field, string expected)
    {
        if (!condition)
        {
            _error = new SdpDiagnostic(SdpOutcome.Error, reason, $"{what} {IceGrammar.Quote(field)} is not {expected}");
        }

        return condition;
    }
}
