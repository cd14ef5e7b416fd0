using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>Something that leads out of a segment.</summary>
internal interface ISegmentGateway
{
    /// <summary>Its side in the segment.</summary>
    ISegmentNode Inner { get; }

    /// <summary>The segment on its other side.</summary>
    VirtualSegment Outside { get; }

    /// <summary>The family for which it is the way to everywhere; null for one that leads to a prefix.</summary>
    IpFamily? WayOutFor { get; }

    /// <summary>Whether it is the way to an address that is not in the segment.</summary>
    bool LeadsTo(IpAddress destination);
}
