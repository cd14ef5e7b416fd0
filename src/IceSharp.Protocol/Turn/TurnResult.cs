namespace IceSharp.Protocol.Turn;

/// <summary>How a message ended a request, if it did.</summary>
internal readonly record struct TurnResult(TurnResultKind Kind)
{
    public static TurnResult Continues => new(TurnResultKind.Continues);

    public DropReason DropReason { get; private init; }

    /// <summary>The request that ended.</summary>
    public TurnRequest? Request { get; private init; }

    /// <summary>When its last transaction began: the server cannot have counted from earlier.</summary>
    public MonotonicTime FirstSent { get; private init; }

    public TimeSpan? RoundTrip { get; private init; }

    public TurnFailure Failure { get; private init; }

    public int ErrorCode { get; private init; }

    /// <summary>Whether nothing that can be believed came for as long as a request is waited for; asking again then is no spinning.</summary>
    public bool IsSilence { get; init; }

    public string? ReasonPhrase { get; private init; }

    public static TurnResult Dropped(DropReason reason) => new(TurnResultKind.Dropped) { DropReason = reason };

    /// <summary>A reason of the client's own, without a request.</summary>
    public static TurnResult Because(TurnFailure failure) => new(TurnResultKind.Failed) { Failure = failure };

    public static TurnResult Succeeded(TurnRequest request, MonotonicTime firstSent, TimeSpan? roundTrip) =>
        new(TurnResultKind.Succeeded) { Request = request, FirstSent = firstSent, RoundTrip = roundTrip };

    public static TurnResult Failed(TurnRequest request, TurnFailure failure, int code = 0, string? reason = null) =>
        new(TurnResultKind.Failed) { Request = request, Failure = failure, ErrorCode = code, ReasonPhrase = reason };
}
