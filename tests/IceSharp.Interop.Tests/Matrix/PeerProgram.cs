namespace IceSharp.Interop.Tests.Matrix;

/// <summary>An agent that speaks the line protocol of <c>Peers/README.md</c>: one row of the matrix.</summary>
internal sealed record PeerProgram
{
    /// <summary>Its name in tests and tables, which is also its name in <see cref="Peers.PeerCatalog"/>.</summary>
    public required string Name { get; init; }

    /// <summary>Tells its version.</summary>
    public required Func<Task<string>> FindVersionAsync { get; init; }

    /// <summary>Builds it where that is needed, and returns program and first arguments.</summary>
    public required Func<Task<string[]>> PrepareAsync { get; init; }

    /// <summary>Whether it sends and shows datagrams as they are; otherwise they go through DTLS, and its first handshake message is what arrives.</summary>
    public bool HasPlainData { get; init; } = true;

    /// <summary>What it cannot do, each with the reason.</summary>
    public IReadOnlyDictionary<InteropTwist, string> Lacks { get; init; } = new Dictionary<InteropTwist, string>();

    /// <summary>Why its relay-only mode does not keep to the relay; null when it does.</summary>
    public string? LeaksPastRelay { get; init; }

    /// <summary>Why it has no relayed candidates over IPv6; null when it has.</summary>
    public string? LacksIpv6Relay { get; init; }

    /// <summary>What is known to fail, and why; such cells are shown as failed and not run.</summary>
    public IReadOnlyDictionary<InteropMode, string> KnownFailures { get; init; } = new Dictionary<InteropMode, string>();

    /// <summary>Why a mode makes no sense with this peer; null when it does.</summary>
    public string? FindReason(InteropMode mode) => mode switch
    {
        { IsIpv6: true, Path: InteropPath.Reflexive } => "there is no NAT for IPv6: the reflexive address is the host's own",
        { Path: InteropPath.TheirRelay or InteropPath.BothRelays } when LeaksPastRelay is { } reason => reason,
        { IsIpv6: true, Path: InteropPath.TheirRelay or InteropPath.BothRelays } when LacksIpv6Relay is { } reason => reason,
        _ => Lacks.GetValueOrDefault(mode.Twist),
    };
}
