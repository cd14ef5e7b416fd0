using System.Globalization;
using IceSharp.Testing;

namespace IceSharp.Simulation.Tests.Sweep;

/// <summary>A topology and a schedule, drawn from one seed.</summary>
public sealed record SweepCase
{
    /// <summary>What the generator does not use: the agent cannot do it yet, or the oracle cannot say what has to come of it.</summary>
    public const SweepFeatures Masked = SweepFeatures.NatReboot | SweepFeatures.CarrierNats;

    private const double ShareOfSeveralStreams = 0.15;

    public required ulong Seed { get; init; }

    /// <summary>NATs from the host outwards; none is a public host.</summary>
    public required IReadOnlyList<NatBehaviour> OffererNats { get; init; }

    public required IReadOnlyList<NatBehaviour> AnswererNats { get; init; }

    /// <summary>A NAT in front of both peers.</summary>
    public required NatBehaviour? SharedNat { get; init; }

    /// <summary>Whether both hosts have the same private address, each in its own network.</summary>
    public required bool SameAddress { get; init; }

    public required SweepServers OffererServers { get; init; }

    public required SweepServers AnswererServers { get; init; }

    public required LinkOptions OffererLink { get; init; }

    public required LinkOptions AnswererLink { get; init; }

    public required LinkOptions ServerLink { get; init; }

    public required SignallingStyle Signalling { get; init; }

    public required TimeSpan SignallingDelay { get; init; }

    public required IceRole OffererRole { get; init; }

    public required IceRole AnswererRole { get; init; }

    /// <summary>Whether a peer is unplugged once the call stands.</summary>
    public required bool LosesPeer { get; init; }

    /// <summary>How much longer single candidates take than descriptions at most, in trickled calls.</summary>
    public required TimeSpan TrickleSpread { get; init; }

    public required SweepAccess OffererAccess { get; init; }

    public required SweepAccess AnswererAccess { get; init; }

    public required SweepSurplus OffererSurplus { get; init; }

    public required SweepSurplus AnswererSurplus { get; init; }

    public required SweepStreams Streams { get; init; }

    /// <summary>A restart in the middle; null for none.</summary>
    public required SweepRestart? Restart { get; init; }

    public bool IsLossless => OffererLink.Loss + AnswererLink.Loss + ServerLink.Loss == 0;

    public static SweepCase FromSeed(ulong seed)
    {
        SeededRandomSource random = new SeededRandomSource(seed).Derive("sweep");
        bool lossless = random.NextDouble() < 0.6;
        bool shared = random.NextDouble() < 0.2;
        (IceRole offerer, IceRole answerer) = Pick(
            random,
            (IceRole.Undecided, IceRole.Undecided),
            (IceRole.Undecided, IceRole.Undecided),
            (IceRole.Controlled, IceRole.Controlling),
            (IceRole.Controlling, IceRole.Controlling),
            (IceRole.Controlled, IceRole.Controlled));
        Func<LinkOptions, LinkOptions> troubled = SweepTroubles.Draw(new SeededRandomSource(seed).Derive("troubles"), lossless);
        double loss = lossless ? 0 : 0.02 + (0.13 * random.NextDouble());
        return new SweepCase
        {
            Seed = seed,
            OffererNats = Nats(random, shared),
            AnswererNats = Nats(random, shared),
            SharedNat = shared ? Behaviour(random) : null,
            SameAddress = random.NextDouble() < 0.1,
            OffererServers = Servers(random),
            AnswererServers = Servers(random),
            OffererLink = troubled(Link(random, 60, loss, lossless)),
            AnswererLink = troubled(Link(random, 60, loss, lossless)),
            ServerLink = troubled(Link(random, 20, loss, lossless)),
            Signalling = Pick(random, SignallingStyle.Full, SignallingStyle.Trickle),
            SignallingDelay = TimeSpan.FromMilliseconds(Pick(random, 0, 10, 40, 100, 400, 1500)),
            OffererRole = offerer,
            AnswererRole = answerer,
            TrickleSpread = TimeSpan.FromMilliseconds(Pick(new SeededRandomSource(seed).Derive("trickle order"), 0, 0, 20, 300)),
            OffererAccess = SweepAccess.Draw(new SeededRandomSource(seed).Derive("offerer's access")),
            AnswererAccess = SweepAccess.Draw(new SeededRandomSource(seed).Derive("answerer's access")),
            OffererSurplus = SweepSurplus.Draw(new SeededRandomSource(seed).Derive("offerer's surplus")),
            AnswererSurplus = SweepSurplus.Draw(new SeededRandomSource(seed).Derive("answerer's surplus")),
            Streams = lossless ? SweepStreamsOf(new SeededRandomSource(seed).Derive("streams")) : SweepStreams.One,
            Restart = SweepRestart.Draw(new SeededRandomSource(seed).Derive("restart")),
            LosesPeer = new SeededRandomSource(seed).Derive("consent").NextDouble() < 0.1,
        };
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"seed {Seed}: offerer [{Names(OffererNats)}] {OffererServers} ({OffererAccess}{OffererSurplus}) {Millis(OffererLink)}, answerer [{Names(AnswererNats)}] {AnswererServers} ({AnswererAccess}{AnswererSurplus}) {Millis(AnswererLink)}, shared {(SharedNat is null ? "none" : Name(SharedNat))}, "
        + $"same address {SameAddress}, servers {Millis(ServerLink)}, {Signalling} {SignallingDelay.TotalMilliseconds} ms +{TrickleSpread.TotalMilliseconds}, {OffererRole}/{AnswererRole}, streams {Streams}{(Restart is null ? string.Empty : $", {Restart}")}{(LosesPeer ? ", loses a peer" : string.Empty)}");

    private static IReadOnlyList<NatBehaviour> Nats(SeededRandomSource random, bool shared)
    {
        int levels = shared ? random.NextInt32(2) : Pick(random, 0, 1, 1, 1, 2);
        return [.. Enumerable.Range(0, levels).Select(_ => Behaviour(random))];
    }

    internal static NatBehaviour Behaviour(SeededRandomSource random) => new()
    {
        Mapping = (NatMappingBehaviour)random.NextInt32(3),
        Filtering = (NatFilteringBehaviour)random.NextInt32(3),
        PortAllocation = (NatPortAllocation)random.NextInt32(3),
        Hairpinning = (NatHairpinning)random.NextInt32(3),
        InboundRefreshes = random.NextInt32(2) == 0,
    };

    private static SweepServers Servers(SeededRandomSource random) =>
        Pick(random, SweepServers.None, SweepServers.Stun, SweepServers.Stun, SweepServers.Turn, SweepServers.Both, SweepServers.Both);

    private static LinkOptions Link(SeededRandomSource random, int maxDelay, double loss, bool lossless) => new()
    {
        Delay = TimeSpan.FromMilliseconds(1 + random.NextInt32(maxDelay)),
        Jitter = lossless ? TimeSpan.Zero : TimeSpan.FromMilliseconds(random.NextInt32(30)),
        Loss = loss,
    };

    private static SweepStreams SweepStreamsOf(SeededRandomSource random) =>
        random.NextDouble() >= ShareOfSeveralStreams ? SweepStreams.One : Pick(random, SweepStreams.OneWithRtcp, SweepStreams.Two);

    private static T Pick<T>(SeededRandomSource random, params ReadOnlySpan<T> choices) => choices[random.NextInt32(choices.Length)];

    private static string Names(IReadOnlyList<NatBehaviour> nats) => string.Join(" < ", nats.Select(Name));

    internal static string Name(NatBehaviour nat) => $"map {nat.Mapping}, filter {nat.Filtering}, {nat.PortAllocation}, hairpin {nat.Hairpinning}";

    private static string Millis(LinkOptions link) =>
        string.Create(CultureInfo.InvariantCulture, $"({link.Delay.TotalMilliseconds} ms ~{link.Jitter.TotalMilliseconds} -{link.Loss:0.##}{Troubles(link)})");

    private static string Troubles(LinkOptions link) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(link.Duplication > 0 ? $" x{link.Duplication:0.##} ?{link.Reordering:0.##}" : string.Empty)}{(link.Bursts is null ? string.Empty : " bursts")}{(link.BitsPerSecond > 0 ? $" {link.BitsPerSecond} bit/s" : string.Empty)}");
}
