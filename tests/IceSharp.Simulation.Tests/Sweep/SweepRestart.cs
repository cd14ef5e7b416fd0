using System.Globalization;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Sweep;

/// <summary>An ICE restart in the middle of a run (RFC 8445 §9), drawn from the seed.</summary>
public sealed record SweepRestart
{
    /// <summary>How many of the runs have one.</summary>
    private const double Share = 0.3;

    public required bool ByOfferer { get; init; }

    public required bool ByAnswerer { get; init; }

    /// <summary>Whether the offerer changes its network first: another interface, another address, all sockets and relays lost.</summary>
    public required bool OffererMoves { get; init; }

    public required bool AnswererMoves { get; init; }

    /// <summary>The NAT of the network that the offerer moves to; null puts it on the internet.</summary>
    public required NatBehaviour? OffererOtherNat { get; init; }

    public required NatBehaviour? AnswererOtherNat { get; init; }

    /// <summary>Whether it happens that long after the start, whatever has come of the call by then; otherwise that long after both sides have nominated.</summary>
    public required bool IsEarly { get; init; }

    public required TimeSpan After { get; init; }

    public bool KeepsNetwork => !OffererMoves && !AnswererMoves;

    public static SweepRestart? Draw(SeededRandomSource random)
    {
        if (random.NextDouble() >= Share)
        {
            return null;
        }

        int who = random.NextInt32(3);
        bool early = random.NextDouble() < 0.3;
        return new SweepRestart
        {
            ByOfferer = who != 1,
            ByAnswerer = who != 0,
            OffererMoves = random.NextDouble() < 0.3 && who != 1,
            AnswererMoves = random.NextDouble() < 0.3 && who != 0,
            OffererOtherNat = random.NextInt32(2) == 0 ? null : SweepCase.Behaviour(random),
            AnswererOtherNat = random.NextInt32(2) == 0 ? null : SweepCase.Behaviour(random),
            IsEarly = early,
            After = TimeSpan.FromSeconds(random.NextDouble() * (early ? 3 : 8)),
        };
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{(ByOfferer ? ByAnswerer ? "both restart" : "the offerer restarts" : "the answerer restarts")} {After.TotalSeconds:0.00} s after {(IsEarly ? "the start" : "both have nominated")}{Moves("offerer", OffererMoves, OffererOtherNat)}{Moves("answerer", AnswererMoves, AnswererOtherNat)}");

    private static string Moves(string who, bool moves, NatBehaviour? nat) =>
        moves ? $", the {who} moves to {(nat is null ? "the internet" : $"[{SweepCase.Name(nat)}]")}" : string.Empty;
}
