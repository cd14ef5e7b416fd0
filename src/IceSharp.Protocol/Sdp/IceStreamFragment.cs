namespace IceSharp;

/// <summary>What an <see cref="IceFragment"/> says about one data stream.</summary>
/// <remarks>Immutable and thread safe. <see cref="ToString"/> hides the password.</remarks>
public sealed record IceStreamFragment
{
    /// <summary>Identification of the stream (<c>a=mid</c>) in the offer and answer.</summary>
    public required string Mid { get; init; }

    /// <summary>Username fragment in force, wherever it stood: the generation that the candidates belong to.</summary>
    public required string Ufrag { get; init; }

    /// <summary>Password in force, wherever it stood.</summary>
    public required string Password { get; init; }

    /// <summary>All candidates of the generation so far, in the order in which they were conveyed.</summary>
    public IReadOnlyList<IceCandidate> Candidates { get; init; } = [];

    /// <summary>Whether no more candidates will follow for the stream in this generation.</summary>
    public bool EndOfCandidates { get; init; }

    /// <summary>Whether RTP and RTCP share component 1.</summary>
    public bool RtcpMux { get; init; }

    /// <summary>What the pseudo <c>m=</c> line says; readers ignore it.</summary>
    /// <value>The default prints as RFC 8840 §4.4 wants it where the real line is not known: "audio 9 RTP/AVP 0".</value>
    public SdpMedia Media { get; init; } = SdpMedia.Audio;

    /// <summary>A summary without secrets.</summary>
    public override string ToString() => $"IceStreamFragment({Mid}, ufrag {Ufrag}, {Candidates.Count} candidates)";
}
