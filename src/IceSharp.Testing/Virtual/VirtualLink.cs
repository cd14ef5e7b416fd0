namespace IceSharp.Testing;

/// <summary>A link with its two directions, which share conditions and nothing else.</summary>
internal sealed class VirtualLink(LinkOptions options)
{
    /// <summary>What is between two nodes when nothing is said.</summary>
    public static VirtualLink None { get; } = new(LinkOptions.Perfect);

    public LinkOptions Options { get; set; } = options;

    /// <summary>From the node into the segment.</summary>
    public LinkDirection Up { get; } = new();

    /// <summary>From the segment to the node.</summary>
    public LinkDirection Down { get; } = new();
}
