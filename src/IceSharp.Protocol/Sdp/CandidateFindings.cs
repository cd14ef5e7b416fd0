namespace IceSharp.Protocol.Sdp;

/// <summary>What speaks against a well-formed candidate: things that make it unusable, and rules its sender broke.</summary>
internal struct CandidateFindings
{
    private SdpDiagnostic? _ignored;
    private SdpDiagnostic? _warning;

    /// <summary>The first reason to ignore the candidate, else the first warning, else null.</summary>
    public readonly SdpDiagnostic? Worst => _ignored ?? _warning;

    public void Warn(SdpReason reason, string message) => _warning ??= new SdpDiagnostic(SdpOutcome.Warning, reason, message);

    public IceTransport Transport(ReadOnlySpan<char> token)
    {
        if (IceGrammar.EqualsLiteral(token, "UDP"))
        {
            return IceTransport.Udp;
        }

        if (!IceGrammar.EqualsLiteral(token, "TCP"))
        {
            Ignore(SdpReason.UnknownTransport, $"transport {IceGrammar.Quote(token)} is neither UDP nor TCP");
        }

        return IceTransport.Tcp;
    }

    public IceCandidateType Type(ReadOnlySpan<char> token)
    {
        foreach (IceCandidateType type in (ReadOnlySpan<IceCandidateType>)[IceCandidateType.Host, IceCandidateType.ServerReflexive, IceCandidateType.PeerReflexive, IceCandidateType.Relayed])
        {
            if (IceGrammar.EqualsLiteral(token, CandidateWriter.TypeToken(type)))
            {
                return type;
            }
        }

        Ignore(SdpReason.UnknownCandidateType, $"candidate type {IceGrammar.Quote(token)} is not known");
        return IceCandidateType.Host;
    }

    /// <summary>Judges the whole candidate; takes the tcptype out of the extensions, where TCP has it as a field.</summary>
    public IceCandidate Judge(IceCandidate candidate, SdpAddressKind kind, ReadOnlySpan<char> host, List<IceCandidateExtension> extensions)
    {
        JudgeAddress(kind, host, candidate.Address.Address);
        JudgeRelated(candidate);
        if (_ignored is null && candidate.Transport == IceTransport.Tcp)
        {
            candidate = TakeTcpType(candidate, extensions);
        }

        if (candidate.Address.Port == 0)
        {
            Ignore(SdpReason.PortZero, "port 0 cannot be reached");
        }

        return candidate;
    }

    private void JudgeAddress(SdpAddressKind kind, ReadOnlySpan<char> host, IpAddress ip)
    {
        switch (kind)
        {
            case SdpAddressKind.DomainName:
                Ignore(SdpReason.DomainName, $"{IceGrammar.Quote(host)} is a domain name; candidates have IP addresses");
                break;
            case SdpAddressKind.MdnsName:
                Ignore(SdpReason.MdnsName, $"{IceGrammar.Quote(host)} is an mDNS name, which is not resolved");
                break;
            case SdpAddressKind.OtherLocalName:
                Ignore(SdpReason.UnsupportedLocalName, $"{IceGrammar.Quote(host)} is not of the form UUID.local");
                break;
            default:
                if (ip.IsUnspecified)
                {
                    Ignore(SdpReason.UnspecifiedAddress, $"{ip} is no address to send to");
                }
                else if (ip.IsMulticast || ip.IsBroadcast)
                {
                    Ignore(SdpReason.MulticastAddress, $"{ip} is a multicast or broadcast address");
                }

                break;
        }
    }

    private void JudgeRelated(IceCandidate candidate)
    {
        if (candidate.Type == IceCandidateType.Host)
        {
            if (candidate.RelatedAddress is not null)
            {
                Warn(SdpReason.RelatedAddressOnHost, "a host candidate has no related address");
            }
        }
        else if (candidate.RelatedAddress is null)
        {
            Warn(SdpReason.RelatedAddressMissing, "no usable related address and port, in this order");
        }
    }

    private IceCandidate TakeTcpType(IceCandidate candidate, List<IceCandidateExtension> extensions)
    {
        int index = extensions.FindIndex(e => IceGrammar.EqualsLiteral(e.Name, "tcptype"));
        if (index < 0)
        {
            Ignore(SdpReason.TcpTypeMissing, "a TCP candidate needs a tcptype");
            return candidate;
        }

        string token = extensions[index].Value;
        extensions.RemoveAt(index);
        IceTcpType type;
        if (IceGrammar.EqualsLiteral(token, "active"))
        {
            type = IceTcpType.Active;
        }
        else if (IceGrammar.EqualsLiteral(token, "passive"))
        {
            type = IceTcpType.Passive;
        }
        else if (IceGrammar.EqualsLiteral(token, "so"))
        {
            type = IceTcpType.SimultaneousOpen;
        }
        else
        {
            Ignore(SdpReason.TcpTypeUnknown, $"tcptype {IceGrammar.Quote(token)} is not active, passive or so");
            return candidate;
        }

        if (type == IceTcpType.Active && candidate.Address.Port != CandidateWriter.DiscardPort)
        {
            Warn(SdpReason.ActiveTcpPort, "an active candidate has port 9; the port is ignored");
            candidate = candidate with { Address = candidate.Address with { Port = CandidateWriter.DiscardPort } };
        }

        return candidate with { TcpType = type };
    }

    private void Ignore(SdpReason reason, string message) => _ignored ??= new SdpDiagnostic(SdpOutcome.Ignored, reason, message);
}
