using IceSharp.Protocol;

namespace IceSharp;

/// <summary>One line of a gathering report.</summary>
/// <remarks>Immutable and thread safe; holds addresses, but no secrets.</remarks>
/// <param name="Stream">Index of the data stream.</param>
/// <param name="Component">Component, 1 to 256.</param>
/// <param name="LocalAddress">The local address; null when the line is about a server's name.</param>
/// <param name="Server">The server as configured; null for host candidates.</param>
/// <param name="Result">What came of it.</param>
/// <param name="Detail">One sentence for a developer.</param>
/// <param name="Duration">Time from the first packet, or from the start, to the result.</param>
public sealed record GatheringOutcome(
    int Stream, int Component, IpAddress? LocalAddress, string? Server, GatheringResult Result, string Detail, TimeSpan Duration)
{
    /// <summary>Error code of the server's answer, 300 to 699; 0 when there was none.</summary>
    public int ErrorCode { get; init; }

    /// <summary>The system's name of the interface; null when the line is about a server's name.</summary>
    public string? InterfaceName { get; init; }

    /// <summary>The address of the server that was asked; null when none was.</summary>
    public TransportAddress? ServerAddress { get; init; }

    /// <summary>The line as text.</summary>
    public override string ToString() =>
        $"{(LocalAddress is { } address ? address.ToString() : "-")}{(InterfaceName is { } name ? $" ({name})" : string.Empty)} {Server ?? "host"}: {Result} ({Detail}), {Duration.TotalMilliseconds:F0} ms";
}
