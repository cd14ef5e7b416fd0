namespace IceSharp.Protocol.Turn;

/// <summary>A fact about an allocation.</summary>
/// <param name="Kind">What happened.</param>
public readonly record struct TurnEvent(TurnEventKind Kind)
{
    /// <summary>The peer of a permission event.</summary>
    public IpAddress Peer { get; init; }

    /// <summary>Why, for the events that tell of a failure.</summary>
    public TurnFailure Failure { get; init; }

    /// <summary>The server's error code, 300 to 699; 0 when it gave none.</summary>
    public int ErrorCode { get; init; }

    /// <summary>The server's words for the code, made safe for logs; null when there were none.</summary>
    public string? ReasonPhrase { get; init; }
}
