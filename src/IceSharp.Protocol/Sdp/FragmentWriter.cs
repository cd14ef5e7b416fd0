using System.Text;

namespace IceSharp.Protocol.Sdp;

/// <summary>Prints the body of <c>application/trickle-ice-sdpfrag</c> (RFC 8840 §9.2).</summary>
internal static class FragmentWriter
{
    public static string Write(IceFragment fragment)
    {
        var text = new StringBuilder(512);
        bool sessionNamesGeneration = fragment.Ufrag is not null || fragment.Password is not null;
        if (sessionNamesGeneration)
        {
            WriteCredentials(text, fragment.Ufrag ?? string.Empty, fragment.Password ?? string.Empty);
        }

        // RFC 8840 §8.2: the end of candidates never stands without the generation that it ends.
        Require(sessionNamesGeneration || !fragment.EndOfCandidates, "IceFragment.EndOfCandidates", "without session-level credentials");
        Require(sessionNamesGeneration || fragment.Streams.Count > 0, "IceFragment.Streams", "without any credentials");
        if (fragment.EndOfCandidates)
        {
            text.Append("a=end-of-candidates\r\n");
        }

        var mids = new HashSet<string>(StringComparer.Ordinal);
        foreach (IceStreamFragment stream in fragment.Streams)
        {
            Require(IceGrammar.IsToken(stream.Mid) && mids.Add(stream.Mid), "IceStreamFragment.Mid", stream.Mid);
            WriteStream(text, fragment, stream);
        }

        return text.ToString();
    }

    private static void WriteStream(StringBuilder text, IceFragment fragment, IceStreamFragment stream)
    {
        DescriptionWriter.RequirePrintable(stream.Media);
        text.Append("m=").Append(stream.Media.Kind).Append(" 9 ").Append(stream.Media.Protocol).Append(' ').Append(stream.Media.Formats).Append("\r\n");
        if (stream.Ufrag != fragment.Ufrag || stream.Password != fragment.Password)
        {
            WriteCredentials(text, stream.Ufrag, stream.Password);
        }

        if (stream.RtcpMux)
        {
            text.Append("a=rtcp-mux\r\n");
        }

        // RFC 8840 §4.4: the mid directly before the candidates.
        text.Append("a=mid:").Append(stream.Mid).Append("\r\n");
        foreach (IceCandidate candidate in stream.Candidates)
        {
            text.Append("a=");
            CandidateWriter.Append(text, candidate);
            text.Append("\r\n");
        }

        if (stream.EndOfCandidates)
        {
            text.Append("a=end-of-candidates\r\n");
        }
    }

    private static void WriteCredentials(StringBuilder text, string ufrag, string password)
    {
        Require(IceGrammar.IsUfrag(ufrag), "IceFragment.Ufrag", ufrag);
        Require(IceGrammar.IsPassword(password), "IceFragment.Password", "(not shown)");
        text.Append("a=ice-ufrag:").Append(ufrag).Append("\r\na=ice-pwd:").Append(password).Append("\r\n");
    }

    private static void Require(bool condition, string member, string value)
    {
        if (!condition)
        {
            throw new InvalidOperationException($"{member} {value} cannot be printed as SDP.");
        }
    }
}
