namespace IceSharp.Protocol.Agent;

/// <summary>Local ports to choose from, both ends included.</summary>
/// <param name="First">First port; 0 together with <paramref name="Last"/> = 0 lets the system choose.</param>
/// <param name="Last">Last port.</param>
public readonly record struct PortRange(ushort First, ushort Last)
{
    /// <summary>The system chooses.</summary>
    public static PortRange Any => default;

    /// <summary>Whether the system chooses.</summary>
    public bool IsAny => First == 0 && Last == 0;

    /// <summary>Number of ports in the range; 0 for <see cref="Any"/>.</summary>
    public int Count => IsAny ? 0 : Last - First + 1;
}
