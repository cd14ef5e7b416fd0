namespace IceSharp.Protocol.Tests.Sdp;

/// <summary>Descriptions to take apart in tests.</summary>
internal static class SdpText
{
    public const string Ufrag = "kT4x";
    public const string Password = "Zq3rT8yPw0nXk2LmB7vDcE";

    /// <summary>One audio stream with two components, in the usual order; lines ended by LF.</summary>
    public const string Offer = """
        v=0
        o=alice 42 7 IN IP4 198.51.100.7
        s=-
        c=IN IP4 198.51.100.7
        t=0 0
        a=group:BUNDLE a
        a=ice-options:ice2
        a=ice-pacing:20
        m=audio 61020 RTP/AVP 0 101
        b=RS:0
        a=rtcp:61021
        a=mid:a
        a=ice-ufrag:kT4x
        a=ice-pwd:Zq3rT8yPw0nXk2LmB7vDcE
        a=candidate:1 1 UDP 2130706431 10.0.0.12 54321 typ host
        a=candidate:1 2 UDP 2130706430 10.0.0.12 54322 typ host
        a=candidate:2 1 UDP 1694498815 198.51.100.7 61020 typ srflx raddr 10.0.0.12 rport 54321
        a=candidate:2 2 UDP 1694498814 198.51.100.7 61021 typ srflx raddr 10.0.0.12 rport 54322
        a=end-of-candidates
        a=rtpmap:101 telephone-event/8000
        a=sendrecv

        """;

    /// <summary>A description whose only section has the given attribute lines behind its m= and c= lines.</summary>
    public static string Section(params string[] lines) =>
        "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\nc=IN IP4 0.0.0.0\r\n" + string.Concat(lines.Select(l => l + "\r\n"));

    /// <summary>The same with credentials; the given lines begin at line 9.</summary>
    public static string IceSection(params string[] lines) =>
        Section(["a=ice-ufrag:" + Ufrag, "a=ice-pwd:" + Password, .. lines]);

    /// <summary>A session part with the given lines, from line 5 on, and one section that has credentials.</summary>
    public static string Session(params string[] lines) =>
        "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\n" + string.Concat(lines.Select(l => l + "\r\n")) +
        $"m=audio 9 RTP/AVP 0\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:{Ufrag}\r\na=ice-pwd:{Password}\r\n";
}
