using IceSharp.Protocol.Agent;
using IceSharp.Testing;

namespace IceSharp.Interop.Tests.Live;

/// <summary>The same call as a <see cref="LiveCall"/> between the four NATs, in virtual time.</summary>
internal static class VirtualTwin
{
    /// <summary>The types of the selected pair, as <see cref="LiveOutcome.Kind"/> has them.</summary>
    public static string SelectedKind(LiveCell cell)
    {
        using VirtualPair pair = VirtualPair.Create(new VirtualPairOptions
        {
            OffererNat = BehaviourOf(cell.Left),
            AnswererNat = BehaviourOf(cell.Right),
            Link = new LinkOptions { Delay = TimeSpan.FromTicks(500) },

            // Lines between processes take their time.
            SignallingDelay = TimeSpan.FromMilliseconds(5),

            // coturn is both.
            SeparateStunServer = false,
        });
        pair.Connect();
        return pair.IsCompleted
            ? KindOf(pair.Offerer)
            : throw new InvalidOperationException($"{cell} does not connect in virtual time:{Environment.NewLine}{pair.Network.Trace}");
    }

    private static NatBehaviour BehaviourOf(AccessKind kind) => kind switch
    {
        AccessKind.FullCone => NatBehaviour.FullCone,
        AccessKind.AddressRestricted => NatBehaviour.AddressRestrictedCone,
        AccessKind.PortRestricted => NatBehaviour.PortRestrictedCone,
        AccessKind.Symmetric => NatBehaviour.Symmetric,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Only the four NATs have a twin."),
    };

    private static string KindOf(VirtualAgent agent)
    {
        IceCandidatePairInfo pair = agent.Machine.GetRoute(0, 1)!.Pair;
        return LiveOutcome.KindOf(Name(pair.Local.Type), Name(pair.Remote.Type));
    }

    private static string Name(IceCandidateType type) => type switch
    {
        IceCandidateType.Host => "host",
        IceCandidateType.ServerReflexive => "srflx",
        IceCandidateType.PeerReflexive => "prflx",
        _ => "relay",
    };
}
