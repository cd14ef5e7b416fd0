namespace IceSharp;

/// <summary>One data stream of an <see cref="IceDescription"/>.</summary>
/// <remarks>Immutable and thread safe. <see cref="ToString"/> hides the password.</remarks>
public sealed record IceStreamDescription
{
    /// <summary>Identification of the stream (<c>a=mid</c>).</summary>
    public required string Mid { get; init; }

    /// <summary>Username fragment in force for the stream: 4 to 256 ice-chars.</summary>
    public required string Ufrag { get; init; }

    /// <summary>Password in force for the stream: 22 to 256 ice-chars.</summary>
    public required string Password { get; init; }

    /// <summary>The candidates known so far.</summary>
    public IReadOnlyList<IceCandidate> Candidates { get; init; } = [];

    /// <summary>Whether no more candidates will follow (<c>a=end-of-candidates</c>).</summary>
    public bool EndOfCandidates { get; init; }

    /// <summary>Whether RTP and RTCP share component 1 (<c>a=rtcp-mux</c>).</summary>
    public bool RtcpMux { get; init; }

    /// <summary>Whether the stream is refused or removed: port 0 in its <c>m=</c> line.</summary>
    public bool IsRejected { get; init; }

    /// <summary>What the <c>m=</c> line says besides address and port.</summary>
    public SdpMedia Media { get; init; } = SdpMedia.Audio;

    /// <summary>A summary without secrets.</summary>
    public override string ToString() => $"IceStreamDescription({Mid}, ufrag {Ufrag}, {Candidates.Count} candidates)";
}
