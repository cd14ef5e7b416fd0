namespace IceSharp.Protocol;

/// <summary>A host's name for a socket that it opened on a machine's request.</summary>
/// <param name="Id">Unique among the sockets of one machine; 0 is no socket.</param>
public readonly record struct SocketHandle(int Id)
{
    /// <summary>Whether this names no socket.</summary>
    public bool IsNone => Id == 0;

    /// <summary>"#3".</summary>
    public override string ToString() => $"#{Id}";
}
