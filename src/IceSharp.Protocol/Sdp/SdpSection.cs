namespace IceSharp.Protocol.Sdp;

/// <summary>What has been read of the session part or of one <c>m=</c> section.</summary>
internal sealed class SdpSection(bool isMedia, int line)
{
    public bool IsMedia { get; } = isMedia;

    /// <summary>Number of the <c>m=</c> line.</summary>
    public int Line { get; } = line;

    public SdpConnection? Connection { get; set; }

    /// <summary>Null until a line was seen; empty when the line was malformed, so that no other level's value steps in for it.</summary>
    public string? Ufrag { get; set; }

    /// <summary>Null until a line was seen; empty when the line was malformed.</summary>
    public string? Password { get; set; }

    public List<string> Options { get; } = [];

    public bool EndOfCandidates { get; set; }

    /// <summary>Attributes that are not ICE's, without "a=".</summary>
    public List<string> Attributes { get; } = [];

    /// <summary>Bandwidth lines, without "b=".</summary>
    public List<string> Bandwidths { get; } = [];

    // Session level only.
    public bool IsLite { get; set; }

    public int? Pacing { get; set; }

    public ulong SessionId { get; set; }

    public ulong SessionVersion { get; set; }

    // Media level only.
    public SdpMedia Media { get; set; } = SdpMedia.Audio;

    /// <summary>Whether the m= line could not be read.</summary>
    public bool IsMalformed { get; set; }

    /// <summary>0 of a rejected section.</summary>
    public ushort Port { get; set; }

    public string? Mid { get; set; }

    public bool IsIceMismatch { get; set; }

    public bool RtcpMux { get; set; }

    public ushort? RtcpPort { get; set; }

    public SdpConnection? RtcpConnection { get; set; }

    public List<(IceCandidate Candidate, int Line)> Candidates { get; } = [];

    public bool CandidatesCut { get; set; }

    public List<IceRemoteCandidate> RemoteCandidates { get; } = [];
}
