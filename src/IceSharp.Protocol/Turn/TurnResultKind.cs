namespace IceSharp.Protocol.Turn;

/// <summary>What a message was to the exchange.</summary>
internal enum TurnResultKind
{
    /// <summary>Nothing: dropped.</summary>
    Dropped,

    /// <summary>Of use, but the request goes on, or was given up before.</summary>
    Continues,

    /// <summary>The request was carried out; the message holds what it brought.</summary>
    Succeeded,

    /// <summary>The request was refused for good.</summary>
    Failed,
}
