using System.Buffers;
using System.Globalization;
using System.Text;

namespace IceSharp.Protocol.Sdp;

/// <summary>Reads <c>a=</c> lines into a section: ICE's own are understood, all others kept as they are.</summary>
internal sealed class SdpAttributeReader(DiagnosticLog log, IceDescriptionKind kind)
{
    private const int LongestName = 17; // end-of-candidates, remote-candidates

    public void Read(ReadOnlySpan<char> attribute, SdpSection section)
    {
        int colon = attribute.IndexOf(':');
        ReadOnlySpan<char> name = colon < 0 ? attribute : attribute[..colon];
        ReadOnlySpan<char> value = colon < 0 ? default : attribute[(colon + 1)..];
        Span<char> lowered = stackalloc char[LongestName];
        switch (Lower(name, lowered))
        {
            case "candidate" when AtLevel(section.IsMedia, name):
                ReadCandidate(value, section);
                break;
            case "remote-candidates" when AtLevel(section.IsMedia, name) && InKind(IceDescriptionKind.Offer, name):
                ReadRemoteCandidates(value, section);
                break;
            case "ice-ufrag" when IsFirst(section.Ufrag, name):
                section.Ufrag = Checked(value, IceGrammar.IsUfrag(value), SdpReason.UsernameFragment, "a ufrag has 4 to 256 letters, digits, '+' or '/'");
                break;
            case "ice-pwd" when IsFirst(section.Password, name):
                section.Password = Checked(value, IceGrammar.IsPassword(value), SdpReason.Password, "a password has 22 to 256 letters, digits, '+' or '/'");
                break;
            case "ice-options":
                ReadOptions(value, section);
                break;
            case "ice-pacing" when AtLevel(!section.IsMedia, name):
                ReadPacing(value, section);
                break;
            case "ice-lite" when AtLevel(!section.IsMedia, name) && IsFlag(colon, name):
                section.IsLite = true;
                break;
            case "ice-mismatch" when AtLevel(section.IsMedia, name) && InKind(IceDescriptionKind.Answer, name) && IsFlag(colon, name):
                section.IsIceMismatch = true;
                break;
            case "end-of-candidates" when IsFlag(colon, name):
                section.EndOfCandidates = true;
                break;
            case "rtcp-mux" when AtLevel(section.IsMedia, name) && IsFlag(colon, name):
                section.RtcpMux = true;
                break;
            case "rtcp" when AtLevel(section.IsMedia, name):
                ReadRtcp(value, section);
                break;
            case "mid" when AtLevel(section.IsMedia, name) && IsFirst(section.Mid, name):
                ReadMid(value, section);
                break;
            default:
                Keep(attribute, section);
                break;
        }
    }

    /// <summary>Whether the attribute is one that descriptions have a member for.</summary>
    public static bool IsOwn(ReadOnlySpan<char> attribute)
    {
        int colon = attribute.IndexOf(':');
        Span<char> lowered = stackalloc char[LongestName];
        return Lower(colon < 0 ? attribute : attribute[..colon], lowered) is "candidate" or "remote-candidates" or "ice-ufrag" or "ice-pwd"
            or "ice-options" or "ice-pacing" or "ice-lite" or "ice-mismatch" or "end-of-candidates" or "rtcp-mux" or "rtcp" or "mid";
    }

    // An attribute of ICE that comes here stood at a wrong place and was reported.
    private static void Keep(ReadOnlySpan<char> attribute, SdpSection section)
    {
        if (!IsOwn(attribute))
        {
            section.Attributes.Add(attribute.ToString());
        }
    }

    // Names compare without regard to case in ASCII only: no letter of another script is one of theirs.
    private static ReadOnlySpan<char> Lower(ReadOnlySpan<char> name, Span<char> buffer) =>
        Ascii.ToLower(name, buffer, out int written) == OperationStatus.Done ? buffer[..written] : default;

    private void ReadCandidate(ReadOnlySpan<char> value, SdpSection section)
    {
        if (section.Candidates.Count >= SdpLimits.CandidatesPerStream)
        {
            if (!section.CandidatesCut)
            {
                section.CandidatesCut = true;
                log.Ignore(SdpReason.LimitReached, "a data stream has at most 1000 candidates; this and the following are skipped");
            }

            return;
        }

        IceCandidate? candidate = CandidateLine.ReadValue(value, out SdpDiagnostic? diagnostic);
        if (diagnostic is not null)
        {
            log.Add(diagnostic with { Line = log.Line });
        }

        if (candidate is not null)
        {
            section.Candidates.Add((candidate, log.Line));
        }
    }

    private void ReadRemoteCandidates(ReadOnlySpan<char> value, SdpSection section)
    {
        var found = new List<IceRemoteCandidate>();
        var fields = new FieldCursor(value);
        while (!fields.AtEnd)
        {
            _ = fields.TryNext(out ReadOnlySpan<char> field);
            bool wellFormed = IceGrammar.TryComponent(field, out int component);
            wellFormed &= fields.TryNext(out ReadOnlySpan<char> host);
            SdpAddressKind addressKind = SdpAddressReader.Read(host, out IpAddress ip);
            wellFormed &= addressKind != SdpAddressKind.Malformed;
            wellFormed &= fields.TryNext(out field) && IceGrammar.TryPort(field, out _);
            if (!wellFormed)
            {
                log.Error(SdpReason.RemoteCandidates, "remote-candidates are triples of component, address and port");
                return;
            }

            if (addressKind == SdpAddressKind.Ip)
            {
                _ = IceGrammar.TryPort(field, out ushort port);
                found.Add(new IceRemoteCandidate(component, new TransportAddress(ip, port)));
            }
            else
            {
                log.Ignore(SdpReason.DomainName, $"{IceGrammar.Quote(host)} is a name; remote-candidates have IP addresses");
            }
        }

        int room = SdpLimits.RemoteCandidatesPerStream - section.RemoteCandidates.Count;
        if (found.Count > room)
        {
            log.Ignore(SdpReason.LimitReached, "a data stream has at most 256 remote-candidates");
        }

        section.RemoteCandidates.AddRange(found.Take(room));
    }

    private void ReadOptions(ReadOnlySpan<char> value, SdpSection section)
    {
        var fields = new FieldCursor(value);
        while (fields.TryNext(out ReadOnlySpan<char> tag))
        {
            // Old browsers' "google-ice" is no tag by the grammar; what stands beside it counts.
            if (!IceGrammar.IsOptionTag(tag))
            {
                log.Error(SdpReason.OptionTags, $"option tag {IceGrammar.Quote(tag)} is not letters, digits, '+' or '/'; one space separates two tags");
                continue;
            }

            if (section.Options.Count >= SdpLimits.OptionTagsPerLevel)
            {
                log.Ignore(SdpReason.LimitReached, "at most 32 option tags are kept");
                return;
            }

            string text = tag.ToString();
            if (!section.Options.Contains(text))
            {
                section.Options.Add(text);
            }
        }
    }

    private void ReadPacing(ReadOnlySpan<char> value, SdpSection section)
    {
        if (!IceGrammar.TryNumber(value, 10, out long milliseconds))
        {
            log.Error(SdpReason.Pacing, $"pacing {IceGrammar.Quote(value)} is not a number of 1 to 10 digits");
        }
        else if (section.Pacing is not null)
        {
            log.Ignore(SdpReason.Repeated, "a second ice-pacing");
        }
        else
        {
            section.Pacing = (int)Math.Min(milliseconds, int.MaxValue);
        }
    }

    private void ReadRtcp(ReadOnlySpan<char> value, SdpSection section)
    {
        var fields = new FieldCursor(value);
        _ = fields.TryNext(out ReadOnlySpan<char> field);
        SdpConnection? connection = null;
        if (!IceGrammar.TryPort(field, out ushort port) || (!fields.AtEnd && (connection = SdpConnection.Read(fields.Rest)) is null))
        {
            log.Error(SdpReason.RtcpLine, $"rtcp {IceGrammar.Quote(value)} is not a port, or a port and an address");
            return;
        }

        section.RtcpPort = port;
        section.RtcpConnection = connection;
    }

    private void ReadMid(ReadOnlySpan<char> value, SdpSection section)
    {
        if (!IceGrammar.IsToken(value))
        {
            log.Error(SdpReason.Mid, $"mid {IceGrammar.Quote(value)} is no token");
            return;
        }

        section.Mid = value.ToString();
    }

    // The value of a credential stays out of the message.
    private string Checked(ReadOnlySpan<char> value, bool isValid, SdpReason reason, string rule)
    {
        if (isValid)
        {
            return value.ToString();
        }

        log.Error(reason, string.Create(CultureInfo.InvariantCulture, $"{rule}, not these {value.Length} characters"));
        return "";
    }

    private bool AtLevel(bool isAtLevel, ReadOnlySpan<char> name)
    {
        if (!isAtLevel)
        {
            log.Ignore(SdpReason.WrongLevel, $"{IceGrammar.Quote(name)} has no meaning at this level");
        }

        return isAtLevel;
    }

    private bool InKind(IceDescriptionKind meaningful, ReadOnlySpan<char> name)
    {
        bool fits = kind == meaningful || kind == IceDescriptionKind.Unknown;
        if (!fits)
        {
            log.Ignore(SdpReason.WrongKind, $"{IceGrammar.Quote(name)} has no meaning in an {(kind == IceDescriptionKind.Offer ? "offer" : "answer")}");
        }

        return fits;
    }

    private bool IsFirst(string? current, ReadOnlySpan<char> name)
    {
        if (current is not null)
        {
            log.Ignore(SdpReason.Repeated, $"a second {IceGrammar.Quote(name)} of the same section");
        }

        return current is null;
    }

    private bool IsFlag(int colon, ReadOnlySpan<char> name)
    {
        if (colon >= 0)
        {
            log.Error(SdpReason.FlagValue, $"{IceGrammar.Quote(name)} is a flag and takes no value");
        }

        return colon < 0;
    }
}
