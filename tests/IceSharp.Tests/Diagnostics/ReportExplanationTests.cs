using IceSharp.Protocol;

namespace IceSharp.Tests.Diagnostics;

/// <summary>A report says in words what a developer can act on.</summary>
public class ReportExplanationTests
{
    private const string Turn = "turn:turn.example.org";
    private static readonly GatheringOutcome Host = new(0, 1, IpAddress.LoopbackV4, null, GatheringResult.Found, "bound", TimeSpan.Zero);

    [Theory]
    [InlineData(GatheringResult.Timeout, 0, "did not answer*firewall")]
    [InlineData(GatheringResult.Unauthorized, 401, "refused user name or password")]
    [InlineData(GatheringResult.NameNotResolved, 0, "does not resolve")]
    [InlineData(GatheringResult.NoAddressOfFamily, 0, "no address of a family")]
    [InlineData(GatheringResult.ServerError, 508, "error 508*no capacity")]
    [InlineData(GatheringResult.ProtocolError, 0, "is the port right")]
    public void Server_that_gave_nothing_is_named_with_the_likely_cause(GatheringResult result, int code, string expected)
    {
        var report = new IceReport([Host, Server(result, code), Server(result, code)], []);

        report.Explanation.Should().ContainMatch($"*{Turn}*{expected}*").And.OnlyHaveUniqueItems();
        report.ToString().Should().StartWith(report.Explanation[0]);
    }

    [Fact]
    public void Server_that_answered_on_one_path_is_not_blamed() =>
        new IceReport([Host, Server(GatheringResult.Timeout, 0), Server(GatheringResult.Found, 0)], [Pair(IceCandidatePairState.Succeeded, valid: true)]).Explanation.Should().BeEmpty();

    [Fact]
    public void Failed_session_says_what_to_look_at()
    {
        Explain(Pair(IceCandidatePairState.Failed, "no answer in time")).Should().ContainMatch("*the only pair failed (1 x no answer in time)*TURN server would help*");
        Explain(Pair(IceCandidatePairState.Failed, "no answer in time", IceCandidateType.Relayed)).Should().ContainMatch("*not even the relay*");
        Explain(Pair(IceCandidatePairState.Failed, "answers failed authentication: wrong ufrag or password?")).Should().ContainMatch("*two sessions were mixed up*");
        Explain(Pair(IceCandidatePairState.Failed), Pair(IceCandidatePairState.InProgress)).Should().ContainMatch("*one pair whose check is not over*");
        new IceReport([Host], []).Explanation.Should().ContainMatch("*peer's description*did not arrive*");
        new IceReport([Host with { Result = GatheringResult.Skipped }], []).Explanation.Should().ContainMatch("*address filter*port range*");
    }

    [Fact]
    public void Relay_is_explained_by_the_direct_pairs_that_failed()
    {
        Explain(Pair(IceCandidatePairState.Succeeded, valid: true, type: IceCandidateType.Relayed), Pair(IceCandidatePairState.Failed, "no answer in time"))
            .Should().ContainMatch("*over a relay since one direct pair failed (1 x no answer in time)*");
        Explain(Pair(IceCandidatePairState.Succeeded, valid: true, type: IceCandidateType.Relayed)).Should().ContainMatch("*no direct pair was possible*");
    }

    private static IReadOnlyList<string> Explain(params IcePairReport[] pairs) => new IceReport([Host], pairs).Explanation;

    private static GatheringOutcome Server(GatheringResult result, int code) =>
        new(0, 1, IpAddress.LoopbackV4, Turn, result, "no capacity", TimeSpan.Zero) { ErrorCode = code };

    private static IcePairReport Pair(IceCandidatePairState state, string? reason = null, IceCandidateType type = IceCandidateType.Host, bool valid = false) => new(
        "0",
        new IceCandidatePairInfo { Local = Candidate(type), Remote = Candidate(IceCandidateType.Host), Priority = 1, State = state, IsValid = valid },
        reason);

    private static IceCandidate Candidate(IceCandidateType type) => new()
    {
        Foundation = "1",
        Component = 1,
        Priority = 1,
        Address = new TransportAddress(IpAddress.LoopbackV4, 5000),
        Type = type,
    };
}
