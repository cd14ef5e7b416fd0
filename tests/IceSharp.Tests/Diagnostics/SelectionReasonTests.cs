using IceSharp.Internal.Driver;
using IceSharp.Protocol;

namespace IceSharp.Tests.Diagnostics;

public class SelectionReasonTests
{
    [Fact]
    public void Every_change_of_the_selected_pair_has_its_reason()
    {
        IceCandidatePairInfo first = Pair(1, priority: 5), better = Pair(2, priority: 9), worse = Pair(3, priority: 1), restarted = Pair(1, priority: 5, ufrag: "next");

        SelectionReason.Of(null, first).Should().Contain("first pair that a check proved");
        SelectionReason.Of(null, Nominated(first)).Should().Contain("first pair, nominated");
        SelectionReason.Of(first, Nominated(first)).Should().Contain("in use was nominated");
        SelectionReason.Of(first, better).Should().Contain("higher priority");
        SelectionReason.Of(first, worse).Should().Contain("works no longer");
        SelectionReason.Of(first, Nominated(worse)).Should().Contain("another pair was nominated");
        SelectionReason.Of(Nominated(first), restarted).Should().Contain("restart");
        SelectionReason.Of(first, null).Should().Contain("no pair carries data");
    }

    private static IceCandidatePairInfo Nominated(IceCandidatePairInfo pair) => pair with { IsNominated = true };

    private static IceCandidatePairInfo Pair(int port, ulong priority, string ufrag = "this") => new()
    {
        Local = Candidate(port, ufrag),
        Remote = Candidate(7, "peer"),
        Priority = priority,
        State = IceCandidatePairState.Succeeded,
    };

    private static IceCandidate Candidate(int port, string ufrag) => new()
    {
        Foundation = "1",
        Component = 1,
        Priority = 1,
        Address = new TransportAddress(IpAddress.LoopbackV4, (ushort)port),
        Type = IceCandidateType.Host,
        Ufrag = ufrag,
    };
}
