using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>What one direction of a link remembers from packet to packet.</summary>
internal sealed class LinkDirection
{
    /// <summary>Whether a burst of losses is under way.</summary>
    public bool IsBad { get; set; }

    /// <summary>When the last packet in the queue has left.</summary>
    public MonotonicTime FreeAt { get; set; }
}
