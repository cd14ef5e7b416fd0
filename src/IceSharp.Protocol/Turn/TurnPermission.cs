namespace IceSharp.Protocol.Turn;

/// <summary>What the client knows and wants of one peer's permission.</summary>
internal sealed class TurnPermission(IpAddress peer)
{
    public IpAddress Peer { get; } = peer;

    /// <summary>Whether the server has it, as far as can be known.</summary>
    public bool IsInstalled { get; set; }

    /// <summary>Whether it waits for the next CreatePermission.</summary>
    public bool IsWanted { get; set; } = true;

    public MonotonicTime RefreshAt { get; set; } = MonotonicTime.Never;

    public MonotonicTime ExpiresAt { get; set; } = MonotonicTime.Never;
}
