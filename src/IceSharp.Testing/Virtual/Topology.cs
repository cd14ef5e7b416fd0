using IceSharp.Protocol;

namespace IceSharp.Testing;

/// <summary>Refuses networks that cannot be, while they are built.</summary>
internal static class Topology
{
    public static void RefuseLoop(string name, VirtualSegment inside, VirtualSegment outside)
    {
        if (IsBehind(outside, inside))
        {
            throw new InvalidOperationException(
                $"'{name}' between '{inside}' and '{outside}' closes a loop: '{outside}' is behind '{inside}'. Give it another outside.");
        }
    }

    public static void RefuseSecondWayOut(string name, VirtualSegment inside, IpFamily family)
    {
        if (inside.Gateways.FirstOrDefault(g => g.WayOutFor == family) is { } other)
        {
            throw new InvalidOperationException($"'{name}' cannot lead out of '{inside}': '{other}' is the way out for {family} already.");
        }
    }

    private static bool IsBehind(VirtualSegment segment, VirtualSegment other) =>
        segment == other || segment.Gateways.Any(g => IsBehind(g.Outside, other));
}
