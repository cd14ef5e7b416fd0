using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>One relayed transport address of an allocation: its socket and its own time to expiry (RFC 8656 §6).</summary>
internal sealed class ServerRelay(SocketHandle socket, TransportAddress address)
{
    public SocketHandle Socket { get; set; } = socket;

    public TransportAddress Address { get; set; } = address;

    public MonotonicTime ExpiresAt { get; set; } = MonotonicTime.Never;

    public bool IsOpen { get; set; }

    /// <summary>How many ports the host has refused.</summary>
    public int Refusals { get; set; }
}
