using static IceSharp.IceCandidatePairState;

namespace IceSharp.Protocol.Agent;

/// <summary>The legal moves of a pair's state (RFC 8445 §6.1.2.6, figure 7, with triggered checks and role conflicts).</summary>
internal static class PairMoves
{
    public static bool IsLegal(IceCandidatePairState from, IceCandidatePairState to) => (from, to) switch
    {
        (Frozen, Waiting) => true,
        (Waiting, InProgress) => true,
        (InProgress, Succeeded or Failed) => true,

        // A triggered check or a 487 puts the pair in the queue again.
        (InProgress or Failed or Succeeded, Waiting) => true,

        // A late answer to a cancelled check, or the check of another pair, proves the path (RFC 8445 §7.2.5.3.3).
        (Frozen or Waiting or Failed, Succeeded) => true,

        // Nothing can carry the check: no permission on the relay, or the nominating check of a valid pair was lost.
        (Frozen or Waiting or Succeeded, Failed) => true,
        _ => false,
    };
}
